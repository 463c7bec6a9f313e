import { type Dialect, parseRecords } from "./parse-records.ts";

const DELIMITERS = [",", "\t", ";", "|", "$", "\u0001", "^", "~"];
const SAMPLE_RECORDS = 100;

export type SniffedDialect = Dialect & {
  columns: number;
  /** Share of the sampled records that have as many fields as most. */
  consistency: number;
  records: number;
  /** Whether the first record has as many fields as most. */
  isEvenFromStart: boolean;
};

/**
 * The delimiter that cuts the text into the most even records. That of the name wins where it cuts the first record as
 * most others: under the name of a CSV, `1;1,5` below `id;val` has decimal commas.
 */
export function sniffDialect(text: string, preferred: string | null): SniffedDialect {
  const candidates = DELIMITERS.map((delimiter) => measure(text, delimiter)).filter(({ columns }) => columns > 1);
  const wanted = candidates.find(
    (each) => each.delimiter === preferred && each.consistency > 0.5 && each.isEvenFromStart,
  );
  if (wanted !== undefined) return wanted;
  const [best] = candidates.sort((a, b) => score(b) - score(a));
  return best ?? { ...measure(text, preferred ?? ","), columns: 1 };
}

function score({ consistency, columns }: SniffedDialect): number {
  return consistency * 1000 + Math.min(columns, 200);
}

function measure(text: string, delimiter: string): SniffedDialect {
  const records = parseRecords(text, { delimiter, quote: '"' }, SAMPLE_RECORDS).filter(
    (record) => record.length > 1 || record[0] !== "",
  );
  const counts = new Map<number, number>();
  for (const record of records) counts.set(record.length, (counts.get(record.length) ?? 0) + 1);
  const [columns, most] = [...counts].sort((a, b) => b[1] - a[1] || b[0] - a[0])[0] ?? [1, 0];
  const consistency = records.length === 0 ? 0 : most / records.length;
  const isEvenFromStart = records[0]?.length === columns;
  return { delimiter, quote: '"', columns, consistency, records: records.length, isEvenFromStart };
}
