import { isYesNo, yesNoValue } from "../match/catalog.ts";
import type { Reading } from "./reading.ts";

const OUTCOME = /^(OUTCOME|EVENT|ENDPOINT|RESPONSE|DISEASE|CASE)$/;
const HAVING = /^(had|have|has|developed|develop|with|experienced|got|having|suffered|without)$/;

/**
 * A small trial file often names its endpoint just `outcome`. Words after `had` or `developed` that stand nowhere in
 * the data are taken to mean it, if there is one such yes-or-no column; the answer says that this is a reading.
 */
export function resolveOutcome(reading: Reading, unmatched: string[]): string | null {
  const columns = reading.catalog.tables.flatMap((table) =>
    table.columns
      .filter((column) => OUTCOME.test(column.upper) && isYesNo(column))
      .map((column) => ({ table, column })),
  );
  const [only] = columns;
  if (!only || columns.length > 1 || unmatched.length === 0 || unmatched.length > 3) return null;
  const places = reading.tokens.filter((token) => unmatched.includes(token.text)).map((token) => token.index);
  const from = places[0] ?? 0;
  const to = places.at(-1) ?? 0;
  const rated = reading.operations.some(
    ({ kind, to: end }) => (kind === "percent" || kind === "risk_ratio") && end < from && from - end <= 2,
  );
  const had = reading.tokens.slice(Math.max(0, from - 2), from).some((token) => HAVING.test(token.lower));
  const yes = yesNoValue(only.column, true);
  if (!(had || rated) || to - from > 3 || yes === null) return null;
  const condition = { column: only.column.ref, op: "in" as const, values: [yes] };
  const negated = reading.tokens[from - 1]?.lower === "without";
  reading.mentions.push({
    from,
    to,
    senses: [{ kind: "condition", ...only, condition, rank: 9, from: "concept", note: null }],
    group: false,
    negated,
    used: false,
    number: null,
  });
  reading.mentions.sort((a, b) => a.from - b.from);
  const words = reading.tokens
    .slice(from, to + 1)
    .map((token) => token.text)
    .join(" ");
  return `No column or value is called '${words}'; took it to be what the column ${only.column.ref.column} records.`;
}
