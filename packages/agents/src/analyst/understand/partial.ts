import { HARD_WORDS } from "../lexicon/stop-words.ts";
import { plainValue } from "../match/catalog.ts";
import type { Sense } from "../match/senses.ts";
import { columnRank, hasWords, nameWords } from "../match/senses.ts";
import { contentStems, GLUE } from "../match/tokens.ts";
import type { Reading } from "./reading.ts";

const MOST_VALUES = 40;
// Longer texts are prose, in which a word says little.
const LONGEST_VALUE = 90;

function sensesOfPart(reading: Reading, stems: string[]): Sense[] {
  const senses: Sense[] = [];
  for (const table of reading.catalog.tables) {
    for (const column of table.columns) {
      if (!hasWords(column)) continue;
      const values = column.values.filter(({ value }) => {
        if (String(value).length > LONGEST_VALUE || /^adverse events?$/i.test(String(value))) return false;
        const words = new Set(contentStems(plainValue(value)));
        return stems.every((stem) => words.has(stem));
      });
      if (values.length === 0 || values.length > MOST_VALUES) continue;
      senses.push({
        kind: "condition",
        column,
        table,
        condition: { column: column.ref, op: "in", values: values.map(({ value }) => value) },
        rank: 20 + columnRank(column),
        from: "part",
        note: `Took '${stems.join(" ")}' as the ${values.length === 1 ? "value" : "values"} of ${column.ref.column} with the word: ${values
          .slice(0, 12)
          .map(({ value }) => String(value))
          .join("; ")}${values.length > 12 ? "; and others" : ""}.`,
      });
    }
  }
  return senses;
}

/** A column whose name or label has these words among others, if there is only one such. */
function columnOfPart(reading: Reading, stems: string[]): Sense[] {
  const found = reading.catalog.tables.flatMap((table) =>
    table.columns
      .filter((column) => {
        if (column.meaning?.role === "sequence" || column.meaning?.role === "subject") return false;
        const words = new Set([...contentStems(nameWords(column.ref.column)), ...contentStems(column.label)]);
        return stems.every((stem) => words.has(stem));
      })
      .map((column): Sense => ({ kind: "column", column, table, rank: 12 })),
  );
  const names = new Set(found.map((sense) => (sense.kind === "column" ? sense.column.upper : "")));
  return names.size === 1 ? found : [];
}

/** In `the skin body system` the column behind the word says whose values are meant. */
function narrowByColumn(reading: Reading): void {
  for (const [at, mention] of reading.mentions.entries()) {
    const next = reading.mentions[at + 1];
    if (!next || next.from !== mention.to + 1 || next.group) continue;
    const columns = next.senses.flatMap((sense) => (sense.kind === "column" ? [sense.column] : []));
    const own = mention.senses.filter(
      (sense) => sense.kind === "condition" && sense.from === "part" && columns.includes(sense.column),
    );
    if (own.length === 0) continue;
    mention.senses = own;
    next.used = true;
  }
}

/** Words that name no whole value may be part of some; the longest stretch of them counts. */
export function resolvePartials(reading: Reading, unmatched: string[]): void {
  const open = new Set(unmatched.filter((word) => !HARD_WORDS.has(word.toLowerCase())));
  const { tokens } = reading;
  const covered = (at: number) =>
    reading.claims.taken[at] === true || reading.mentions.some((mention) => mention.from <= at && mention.to >= at);
  for (let from = 0; from < tokens.length; from++) {
    const token = tokens[from];
    if (!token || !open.has(token.text) || covered(from) || token.number !== null) continue;
    let to = from;
    while (
      to + 1 < tokens.length &&
      !covered(to + 1) &&
      (open.has(tokens[to + 1]?.text ?? "") || GLUE.has(tokens[to + 1]?.lower ?? ""))
    )
      to++;
    while (to > from && GLUE.has(tokens[to]?.lower ?? "")) to--;
    for (; to >= from; to--) {
      const stems = tokens
        .slice(from, to + 1)
        .filter((part) => !GLUE.has(part.lower))
        .map((part) => part.stem);
      const telling = stems.some((stem) => stem.length >= 3);
      const parts = telling ? sensesOfPart(reading, stems) : [];
      const senses = parts.length > 0 || !telling ? parts : columnOfPart(reading, stems);
      if (senses.length === 0) continue;
      reading.mentions.push({ from, to, senses, group: false, negated: false, used: false, number: null });
      reading.mentions.sort((a, b) => a.from - b.from);
      break;
    }
  }
  narrowByColumn(reading);
}
