import { type Evidence, type JsonValue, PassageContent, TableContent } from "@pharmadb/contracts";
import type { DateParts } from "./scan-dates.ts";
import { type Scan, scanNumbers } from "./scan-numbers.ts";
import { sqlLiterals } from "./sql-literals.ts";

/** A number that evidence holds. */
export type HeldNumber = {
  value: number;
  /** `count`: a whole-number column, no percentage; `percent`: a column of percentages or shares. */
  kind: "count" | "percent" | "any";
  evidence: number;
};

/** All that evidence says in numbers, dates and words. */
export type EvidenceNumbers = {
  numbers: HeldNumber[];
  dates: DateParts[];
  /** The text of the content, for names, labels and quotes. */
  text: string;
  /** Text cells that hold letters and digits, such as `Week 24`. */
  labels: Set<string>;
  /** How many different values the text columns hold: "three arms". */
  distinct: Set<number>;
  mostRows: number;
};

const PERCENT_COLUMN = /pct|percent|share|rate|ratio|prop|fraction|%/i;
const WHOLE_TYPE = /^(?:U?(?:TINY|SMALL|BIG|HUGE)?INT(?:EGER)?)$/i;
const NUMERIC_TEXT = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i;

// A result of a thousand rows is read once, however many statements cite it.
const READ = new WeakMap<Evidence, EvidenceNumbers>();

/** What the content of these pieces of evidence holds. */
export function evidenceNumbers(evidence: readonly Evidence[]): EvidenceNumbers {
  const each = evidence.map((one) => {
    const held = READ.get(one) ?? numbersOfOne(one);
    READ.set(one, held);
    return held;
  });
  return {
    numbers: each.flatMap(({ numbers }) => numbers),
    dates: each.flatMap(({ dates }) => dates),
    text: each.map(({ text }) => text).join("\n"),
    labels: new Set(each.flatMap(({ labels }) => [...labels])),
    distinct: new Set(each.flatMap(({ distinct }) => [...distinct])),
    mostRows: Math.max(0, ...each.map(({ mostRows }) => mostRows)),
  };
}

function nothingHeld(): EvidenceNumbers {
  return { numbers: [], dates: [], text: "", labels: new Set(), distinct: new Set(), mostRows: 0 };
}

/** Whether a query made its result without reading any file. */
export function readsNoTable({ tool, sources }: Evidence): boolean {
  return tool === "tables_query" && sources.length === 0;
}

function numbersOfOne(one: Evidence): EvidenceNumbers {
  const held = nothingHeld();
  if (readsNoTable(one)) return held;
  const texts: string[] = [];
  const table = TableContent.safeParse(one.content);
  if (table.success) addTable(held, texts, table.data, one.n);
  else addText(held, texts, contentText(one.content), one.n);
  for (const { name, page, section } of one.sources) {
    texts.push(name, section ?? "");
    if (page !== null) held.numbers.push({ value: page, kind: "any", evidence: one.n });
  }
  held.text = texts.join("\n");
  return held;
}

/** Numbers that a statement may repeat though the result does not hold them: from the question and the filters. */
export function contextNumbers(evidence: readonly Evidence[], question: string): EvidenceNumbers {
  const held = nothingHeld();
  const texts: string[] = [];
  addText(held, texts, question, 0);
  for (const { n, tool, query } of evidence) {
    // A query's numbers count where they filter: the 100 and the 1 of round(100 * a / b, 1) say nothing of the data.
    const literals = query !== null && tool === "tables_query" ? sqlLiterals(query) : query;
    if (literals !== null) addText(held, texts, literals, n);
    if (query !== null) texts.push(query);
  }
  held.text = texts.join("\n");
  return held;
}

function addTable(held: EvidenceNumbers, texts: string[], table: TableContent, n: number): void {
  const { columns, rows, truncated } = table;
  // Where the result was cut, the number of rows is the limit's and not the data's.
  if (!truncated) held.numbers.push({ value: rows.length, kind: "count", evidence: n });
  held.mostRows = Math.max(held.mostRows, rows.length);
  for (const [index, { name, type }] of columns.entries()) {
    const kind = PERCENT_COLUMN.test(name) ? "percent" : WHOLE_TYPE.test(type) ? "count" : "any";
    texts.push(name);
    const values = new Set<string>();
    for (const row of rows) addCell(held, texts, row[index] ?? null, kind, n, values);
    if (values.size > 0) held.distinct.add(values.size);
  }
}

function addCell(
  held: EvidenceNumbers,
  texts: string[],
  cell: JsonValue,
  kind: HeldNumber["kind"],
  n: number,
  values: Set<string>,
): void {
  if (typeof cell === "number") {
    held.numbers.push({ value: cell, kind, evidence: n });
    texts.push(String(cell));
    return;
  }
  if (cell === null || typeof cell === "boolean") return;
  const text = typeof cell === "string" ? cell.trim() : JSON.stringify(cell);
  if (NUMERIC_TEXT.test(text)) {
    held.numbers.push({ value: Number(text), kind, evidence: n });
    texts.push(text);
    return;
  }
  values.add(text);
  if (!/\d/.test(text)) {
    texts.push(text);
    return;
  }
  if (/\p{L}/u.test(text)) held.labels.add(text);
  addText(held, texts, text, n);
}

function addText(held: EvidenceNumbers, texts: string[], text: string, n: number): void {
  texts.push(text);
  const scan = scanNumbers(text);
  held.dates.push(...scan.dates.flatMap(({ readings }) => readings));
  held.numbers.push(...numbersOf(scan).map((value): HeldNumber => ({ value, kind: "any", evidence: n })));
}

function numbersOf({ numbers, dates }: Scan): number[] {
  return [
    ...numbers.flatMap(({ value, negative, pair }) => [negative ? -value : value, ...(pair ?? [])]),
    ...dates.flatMap(({ readings }) => readings.flatMap(({ year }) => year ?? [])),
  ];
}

function contentText(content: JsonValue): string {
  const passage = PassageContent.safeParse(content);
  if (passage.success) return [passage.data.text, passage.data.section ?? ""].join("\n");
  return typeof content === "string" ? content : JSON.stringify(content);
}
