import { type CatalogColumn, type CatalogTable, isDateLike, isYesNo, yesNoValue } from "../match/catalog.ts";
import { dateColumn, isMeasurable, isRole, pickColumn, pickCondition, resultColumn } from "./choose.ts";
import type { Comparison } from "./comparisons.ts";
import type { DateRange } from "./dates.ts";
import { isRecords } from "./noun-phrase.ts";
import type { Mention, Reading } from "./reading.ts";
import type { Condition } from "./understanding.ts";

/** A condition with where in the question it stands. */
export type Filter = {
  condition: Condition;
  at: number;
  table: CatalogTable;
  note: string | null;
  column: CatalogColumn;
  negated: boolean;
};

/** What filters need to know of the rest: the base table, and where complaints go. */
export type FilterContext = { reading: Reading; base: CatalogTable; notes: string[]; problems: string[] };

/** The words of the question in a stretch of it. */
function wordsOf(reading: Reading, { from, to }: { from: number; to: number }): string {
  return reading.tokens
    .slice(from, to + 1)
    .map((token) => token.text)
    .join(" ");
}

function nearestMention(
  reading: Reading,
  at: { from: number; to: number },
  fits: (mention: Mention) => boolean,
  before: number,
  after: number,
): Mention | null {
  const behind = reading.mentions.filter(
    (mention) => mention.to < at.from && at.from - mention.to <= before && fits(mention),
  );
  const ahead = reading.mentions.filter(
    (mention) => mention.from > at.to && mention.from - at.to <= after && fits(mention),
  );
  return behind.at(-1) ?? ahead[0] ?? null;
}

function columnByRole(
  base: CatalogTable,
  reading: Reading,
  role: string,
): { column: CatalogColumn; table: CatalogTable } | null {
  for (const table of [base, ...reading.catalog.tables.filter((other) => other !== base && other.perSubject)]) {
    const found = table.columns.find((column) => isRole(column, role) && isMeasurable(column));
    if (found) return { column: found, table };
  }
  return null;
}

function isNumericMention(mention: Mention): boolean {
  return mention.senses.some(
    (sense) =>
      (sense.kind === "column" && isMeasurable(sense.column)) || (sense.kind === "condition" && sense.from === "test"),
  );
}

/** The mention that a comparison is about, for the choice of the base table. */
export function comparedMention(reading: Reading, comparison: Comparison): Mention | null {
  if (comparison.hint === "age") return null;
  return nearestMention(reading, comparison, isNumericMention, 4, 2);
}

/** The record noun behind a comparison, as in `more than five severe adverse events`. */
export function countedMention(reading: Reading, comparison: Comparison): Mention | null {
  if (comparison.hint !== null || comparison.unit !== null) return null;
  let at = comparison.to;
  for (const mention of reading.mentions) {
    if (mention.from <= comparison.to) continue;
    if (mention.from - at > 2) return null;
    if (isRecords(mention)) return mention;
    at = mention.to;
  }
  return null;
}

/** `patients over 80`, `subjects who are under 65`: a bare number behind people is an age. */
function isAboutAge(reading: Reading, comparison: Comparison): boolean {
  const [value = 0] = comparison.values;
  if (
    (comparison.unit !== null && !comparison.unit.startsWith("year")) ||
    comparison.hint !== null ||
    value < 10 ||
    value > 110
  )
    return false;
  const before = reading.mentions.filter((mention) => mention.to < comparison.from).at(-1);
  if (!before || comparison.from - before.to > 3) return false;
  return before.senses.some(
    (sense) => sense.kind === "subject" || (sense.kind === "condition" && isRole(sense.column, "sex")),
  );
}

/** `at least one` of anything only says that there is some. */
function isExistence(comparison: Comparison): boolean {
  return comparison.op === ">=" && comparison.values[0] === 1 && comparison.hint === null && comparison.unit === null;
}

function comparedColumn(
  context: FilterContext,
  comparison: Comparison,
): { column: CatalogColumn; table: CatalogTable } | null {
  const { reading, base } = context;
  if (comparison.hint === "age" || isAboutAge(reading, comparison)) return columnByRole(base, reading, "age");
  const mention = comparedMention(reading, comparison);
  if (mention) {
    const sense = pickColumn(mention, base, isMeasurable);
    if (sense) {
      mention.used = true;
      return sense;
    }
    const test = pickCondition(mention, base);
    const result = test ? resultColumn(test.table) : null;
    if (test && result) return { column: result, table: test.table };
  }
  if (comparison.hint === "dose" || comparison.hint === "duration") return columnByRole(base, reading, comparison.hint);
  if (comparison.hint === "weight") {
    const weight = base.columns.find((column) => column.meaning?.phrases[0] === "weight" && isMeasurable(column));
    return weight ? { column: weight, table: base } : null;
  }
  const result = resultColumn(base);
  return result && comparison.hint === null && !comparison.unit?.startsWith("year")
    ? { column: result, table: base }
    : null;
}

export function comparisonFilters(context: FilterContext): Filter[] {
  const { reading, problems } = context;
  return reading.comparisons.flatMap((comparison): Filter[] => {
    if (countedMention(reading, comparison) || isExistence(comparison)) return [];
    const words = wordsOf(reading, comparison);
    const found = comparedColumn(context, comparison);
    if (!found) {
      problems.push(`It is not clear which column '${words}' is about.`);
      return [];
    }
    const condition: Condition = { column: found.column.ref, op: comparison.op, values: comparison.values, words };
    return [{ condition, at: comparison.from, table: found.table, note: null, column: found.column, negated: false }];
  });
}

const ENDING = /^(end|ended|ending|stop|stopped|resolved|resolve)/;

function datedColumn(context: FilterContext, range: DateRange): { column: CatalogColumn; table: CatalogTable } | null {
  const { reading, base } = context;
  const hasDate = (mention: Mention) =>
    mention.senses.some((sense) => sense.kind === "column" && isDateLike(sense.column));
  const mention = nearestMention(reading, range, hasDate, 5, 0);
  if (mention) {
    mention.used = true;
    return pickColumn(mention, base, isDateLike);
  }
  const ending = reading.tokens
    .slice(Math.max(0, range.from - 3), range.from)
    .some((token) => ENDING.test(token.lower));
  const column = ending ? dateColumn(base, "end_date") : dateColumn(base, null);
  if (column) context.notes.push(`Took the date as ${column.ref.column}${column.label ? ` (${column.label})` : ""}.`);
  return column ? { column, table: base } : null;
}

export function dateFilters(context: FilterContext): Filter[] {
  return context.reading.dates.flatMap((range): Filter[] => {
    const found = datedColumn(context, range);
    if (!found) {
      context.problems.push(`No date column fits '${range.values.join(" to ")}'.`);
      return [];
    }
    const words = wordsOf(context.reading, range);
    const condition: Condition = { column: found.column.ref, op: range.op, values: range.values, words };
    return [{ condition, at: range.from, table: found.table, note: null, column: found.column, negated: false }];
  });
}

function negate(condition: Condition): Condition {
  if (condition.op === "in") return { ...condition, op: "not_in" };
  if (condition.op === "not_in") return { ...condition, op: "in" };
  return condition;
}

/** `site 701`, `visit 3`: a column with the value right behind it. */
function numbered(context: FilterContext, mention: Mention): Filter | null {
  const { base } = context;
  const token = mention.number;
  const sense = token ? (subjectSense(mention, base) ?? pickColumn(mention, base)) : null;
  if (!token || !sense) return null;
  const value = sense.column.ref.type === "text" ? token.text : (token.number ?? token.text);
  return {
    condition: { column: sense.column.ref, op: "in", values: [value] },
    at: mention.from,
    table: sense.table,
    note: null,
    column: sense.column,
    negated: false,
  };
}

function subjectSense(mention: Mention, base: CatalogTable): { column: CatalogColumn; table: CatalogTable } | null {
  return mention.senses.some((sense) => sense.kind === "subject") && base.subject
    ? { column: base.subject, table: base }
    : null;
}

function yesNo(context: FilterContext, mention: Mention): Filter | null {
  const sense = pickColumn(mention, context.base, isYesNo);
  if (!sense) return null;
  const value = yesNoValue(sense.column, !mention.negated);
  if (value === null) return null;
  return {
    condition: { column: sense.column.ref, op: "in", values: [value] },
    at: mention.from,
    table: sense.table,
    note: null,
    column: sense.column,
    negated: mention.negated,
  };
}

/** The filter that a mention makes, if it makes one. */
export function mentionFilter(context: FilterContext, mention: Mention): Filter | null {
  const plain = numbered(context, mention);
  if (plain) return plain;
  const sense = pickCondition(mention, context.base);
  if (sense) {
    const words = `${mention.negated ? "not " : ""}${wordsOf(context.reading, mention)}`;
    const condition = { ...(mention.negated ? negate(sense.condition) : sense.condition), words };
    return {
      condition,
      at: mention.from,
      table: sense.table,
      note: sense.note,
      column: sense.column,
      negated: mention.negated,
    };
  }
  return yesNo(context, mention);
}

/** Identifiers such as 01-701-1015 name a subject. */
export function identifierFilters(context: FilterContext): Filter[] {
  const { reading, base } = context;
  return reading.tokens.flatMap((token): Filter[] => {
    if (!/^\d+(-\d+){2,}$/.test(token.text) || !base.subject || !reading.claims.isFree(token.index, token.index))
      return [];
    reading.claims.claim(token.index, token.index);
    return [
      {
        condition: { column: base.subject.ref, op: "in", values: [token.text] },
        at: token.index,
        table: base,
        note: null,
        column: base.subject,
        negated: false,
      },
    ];
  });
}
