import type { CatalogColumn, CatalogTable } from "../match/catalog.ts";
import { armColumn, isMeasurable, isRole, pickColumn, pickCondition } from "./choose.ts";
import { type Draft, isArmWord, termColumn } from "./draft.ts";
import { isCondition, isRecords, isSubject, isThing, mentionsIn, phraseEnd } from "./noun-phrase.ts";
import type { Mention } from "./reading.ts";

/** `TEAEs` names the records and a condition on them: the condition is still to be applied. */
function spend(mention: Mention): void {
  mention.used = !(isRecords(mention) && isCondition(mention));
}

/** What `which` or `most common` picks from. */
export function topTarget(draft: Draft): { column: CatalogColumn; table: CatalogTable } | null {
  const { reading, intent, base } = draft;
  const start = (intent.at?.to ?? -1) + 1;
  const who = reading.operations.some(({ kind, from }) => kind === "which" && reading.tokens[from]?.lower === "who");
  if (who && base.subject) return { column: base.subject, table: base };
  // `the class with the most patients`
  const place = (intent.at?.from ?? 0) - 1;
  const before = reading.mentions.find(
    (mention) => mention.to === place - 1 && reading.tokens[place]?.lower === "with" && isThing(mention),
  );
  const phrase = mentionsIn(reading, start, phraseEnd(reading, start));
  // In `top five medical history preferred terms` the column says what to pick, the rest only where from.
  const afterMost =
    phrase.find((mention) => isThing(mention) && !isRecords(mention)) ??
    phrase[0] ??
    reading.mentions.find((mention) => mention.from >= start);
  for (const mention of [before, afterWhich(draft), afterMost]) {
    if (!mention || mention.group) continue;
    const target = targetOf(draft, mention);
    if (!target) continue;
    spend(mention);
    if (draft.head === mention) draft.head = null;
    return target;
  }
  const term = termColumn(draft.base, namesClass(draft));
  return term ? { column: term, table: draft.base } : null;
}

/** `which arm has the highest mean age`: what to pick from is what to group by. */
export function pickGroup(draft: Draft): void {
  if (!draft.intent.order || draft.groups.length > 0) return;
  const mention = afterWhich(draft);
  const target = mention ? targetOf(draft, mention) : null;
  if (!mention || !target) return;
  mention.used = true;
  draft.groups.push(target);
}

/** What `which` asks for, spent. */
export function targetAfterWhich(draft: Draft): { column: CatalogColumn; table: CatalogTable } | null {
  const mention = afterWhich(draft);
  const target = mention ? targetOf(draft, mention) : null;
  if (mention && target) spend(mention);
  return target;
}

function afterWhich({ reading }: Draft): Mention | null {
  const which =
    reading.operations.find((operation) => operation.kind === "which") ??
    reading.operations.find((operation) => operation.kind === "what");
  if (!which) return null;
  return reading.mentions.find((mention) => mention.from > which.to && mention.from - which.to <= 3) ?? null;
}

function namesClass({ reading, base }: Draft): boolean {
  return reading.mentions.some((mention) => {
    const condition = pickCondition(mention, base);
    return condition?.table === base && isRole(condition.column, "class");
  });
}

export function targetOf(draft: Draft, mention: Mention): { column: CatalogColumn; table: CatalogTable } | null {
  const { reading, base } = draft;
  if (isArmWord(mention)) return armColumn(reading, base);
  const records = mention.senses.some((sense) => sense.kind === "records" && sense.table === base);
  const term = records ? termColumn(base, namesClass(draft)) : null;
  if (isCondition(mention) && !isThing(mention)) return term ? { column: term, table: base } : null;
  const column = pickColumn(mention, base);
  if (column && column.table === base && !isMeasurable(column.column)) return column;
  if (term) return { column: term, table: base };
  if (isSubject(mention) && base.subject) return { column: base.subject, table: base };
  return column;
}
