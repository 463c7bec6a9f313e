import { isYesNo } from "../match/catalog.ts";
import type { Mention, Reading } from "./reading.ts";

const ENDS: ReadonlySet<string> = new Set(
  "were was are is had has have did do does experienced reported took received completed discontinued died there in with who that whose which from at on for during by per among between having without reporting experiencing taking after before under within will can would should made left".split(
    " ",
  ),
);

/** Where the noun phrase that starts here ends: before the first verb, preposition or relative word. */
export function phraseEnd(reading: Reading, from: number): number {
  let at = from;
  while (at < reading.tokens.length) {
    const covering = reading.mentions.find((mention) => mention.from <= at && mention.to >= at);
    if (covering) {
      at = covering.to + 1;
      continue;
    }
    if (ENDS.has(reading.tokens[at]?.lower ?? "")) break;
    at++;
  }
  return at - 1;
}

export function mentionsIn(reading: Reading, from: number, to: number): Mention[] {
  return reading.mentions.filter((mention) => mention.from >= from && mention.to <= to);
}

export function isSubject(mention: Mention): boolean {
  return mention.senses.some((sense) => sense.kind === "subject");
}

export function isRecords(mention: Mention): boolean {
  return mention.senses.some((sense) => sense.kind === "records");
}

export function isThing(mention: Mention): boolean {
  return mention.senses.some((sense) => (sense.kind === "column" && !isYesNo(sense.column)) || sense.kind === "arm");
}

export function isCondition(mention: Mention): boolean {
  return mention.senses.some((sense) => sense.kind === "condition");
}

/** The word that says what is counted: the last noun of the phrase that is no condition. */
export function headOf(reading: Reading, from: number): Mention | null {
  const inside = mentionsIn(reading, from, phraseEnd(reading, from));
  const nouns = inside.filter(
    (mention) => isSubject(mention) || isRecords(mention) || (isThing(mention) && !isCondition(mention)),
  );
  const subject = nouns.find((mention) => isSubject(mention) && !mention.group);
  return subject ?? nouns.find((mention) => !mention.group) ?? null;
}
