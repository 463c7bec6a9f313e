import type { Operation } from "./operations.ts";
import type { Reading } from "./reading.ts";
import type { Aggregate } from "./understanding.ts";

/** What kind of answer the question wants. */
export type Intent = {
  kind: "percent" | "aggregate" | "argmax" | "count" | "top" | "distribution" | "values" | "compare";
  /** Where the words stand that decided it; what is computed mostly follows. */
  at: Operation | null;
  fns: Aggregate[];
  hint: string | null;
  distinct: boolean;
  missing: boolean;
  /** Rows with a value in a column are wanted. */
  present: boolean;
  order: "desc" | "asc" | null;
  limit: number | null;
  compare: "difference" | "ratio" | null;
};

function aggregates(operations: Operation[]): Extract<Operation, { kind: "aggregate" }>[] {
  return operations.filter((operation) => operation.kind === "aggregate");
}

const PAIRS: { [fn: string]: Aggregate[] } = { range: ["min", "max"], iqr: ["q1", "q3"] };

const SEVERAL = 5;

/** Stands before the question, for a count that no word asks for. */
export const ASSUMED_COUNT: Operation = { kind: "count", from: -1, to: -1, limit: null };

const LEADING = /^(all|any|total|the|with|by)$/;

/** `Patients with an SAE, by arm`: people or records that are only named are to be counted. */
function isBareCount({ tokens, mentions }: Reading): boolean {
  const start = tokens.findIndex((token) => !LEADING.test(token.lower));
  const first = mentions.find((mention) => mention.from <= start && mention.to >= start);
  const counted = (mention: (typeof mentions)[number]) =>
    mention.senses.some(({ kind }) => kind === "subject" || kind === "records");
  return first?.senses.some(({ kind }) => kind !== "column") === true && mentions.some(counted);
}

/** Decides by the operations found; null where the question asks for nothing that can be computed. */
export function decideIntent(reading: Reading): Intent | null {
  const { operations, dates, mentions } = reading;
  const named = (at: number) =>
    mentions.some(
      (mention) => mention.from === at && mention.senses.some(({ kind }) => kind === "arm" || kind === "column"),
    );
  const first = (...kinds: Operation["kind"][]) =>
    operations.find((operation) => kinds.includes(operation.kind)) ?? null;
  const found = aggregates(operations);
  const extreme = found.filter(({ fn }) => fn === "min" || fn === "max");
  const central = found.filter(({ fn }) => fn !== "min" && fn !== "max");
  const rankings = operations.filter(({ kind }) => kind === "most" || kind === "least");
  const ranked = rankings.find(({ limit }) => (limit ?? 1) > 1) ?? rankings[0] ?? null;
  const which = first("which", "what");
  const base: Intent = {
    kind: "count",
    at: null,
    fns: [],
    hint: found[0]?.hint ?? null,
    distinct: first("distinct") !== null,
    missing: first("missing") !== null,
    present: first("present") !== null,
    order: null,
    limit: null,
    compare: first("ratio", "risk_ratio") ? "ratio" : first("difference") ? "difference" : null,
  };
  const picks =
    which !== null && (ranked !== null || extreme.length > 0) && (which.kind === "which" || named(which.to + 1));
  // `What are the most common …` wants more than one; five unless a number says otherwise.
  const several =
    ranked !== null &&
    reading.tokens.slice(Math.max(0, ranked.from - 2), ranked.from).some(({ lower }) => /^(are|were)$/.test(lower));
  const wanted = which?.limit ?? (several && ranked.limit === 1 ? SEVERAL : (ranked?.limit ?? 1));
  const direction = ranked ? (ranked.kind === "least" ? "asc" : "desc") : extreme[0]?.fn === "min" ? "asc" : "desc";
  const pick = picks ? ({ order: direction, limit: wanted } as const) : {};
  if (reading.between && found.length === 0) return { ...base, kind: "aggregate", at: ASSUMED_COUNT, fns: ["mean"] };
  const percent = first("percent", "risk_ratio");
  if (percent) return { ...base, kind: "percent", at: percent, ...pick };
  if (central.length > 0) {
    const fns = [...new Set((picks ? central : found).flatMap(({ fn }): Aggregate[] => PAIRS[fn] ?? [fn]))];
    return { ...base, kind: "aggregate", at: found[0] ?? null, fns, ...pick };
  }
  const bySubject = mentions.some(({ group, senses }) => group && senses.some(({ kind }) => kind === "subject"));
  if (ranked && bySubject && ranked.limit === 1 && /^(number|count)$/.test(reading.tokens[ranked.to - 1]?.lower ?? ""))
    return { ...base, kind: "aggregate", at: ranked, fns: [ranked.kind === "least" ? "min" : "max"] };
  if (ranked) return { ...base, kind: "top", at: ranked, order: direction, limit: wanted };
  const who = operations.find((operation) => operation.kind === "which");
  if (who && extreme[0] && extreme.length === 1) {
    return { ...base, kind: "argmax", at: extreme[0], fns: [extreme[0].fn], order: direction, limit: 1 };
  }
  if (extreme.length > 0)
    return { ...base, kind: "aggregate", at: extreme[0] ?? null, fns: [...new Set(extreme.map(({ fn }) => fn))] };
  const distribution = first("distribution");
  if (distribution) return { ...base, kind: "distribution", at: distribution };
  const count = first("count");
  if (count) return { ...base, kind: "count", at: count };
  if (base.missing) return { ...base, kind: "count", at: first("missing") };
  if (base.compare) return { ...base, kind: "compare", at: first("difference", "ratio") };
  const asks = first("list", "which", "what", "distinct");
  if (asks && dates.length === 0) return { ...base, kind: "values", at: asks };
  if (asks) return { ...base, kind: "values", at: asks };
  if (
    mentions.some(({ senses }) =>
      senses.some(
        (sense) =>
          "table" in sense && sense.table?.domain?.id === "ts" && sense.kind === "condition" && sense.from === "test",
      ),
    )
  )
    return { ...base, kind: "values", at: ASSUMED_COUNT };
  return isBareCount(reading) ? { ...base, kind: "count", at: ASSUMED_COUNT } : null;
}
