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
  order: "desc" | "asc" | null;
  limit: number | null;
  compare: "difference" | "ratio" | null;
};

function aggregates(operations: Operation[]): Extract<Operation, { kind: "aggregate" }>[] {
  return operations.filter((operation) => operation.kind === "aggregate");
}

/** Decides by the operations found; null where the question asks for nothing that can be computed. */
export function decideIntent({ operations, dates, mentions }: Reading): Intent | null {
  const named = (at: number) =>
    mentions.some(
      (mention) => mention.from === at && mention.senses.some(({ kind }) => kind === "arm" || kind === "column"),
    );
  const first = (...kinds: Operation["kind"][]) =>
    operations.find((operation) => kinds.includes(operation.kind)) ?? null;
  const found = aggregates(operations);
  const extreme = found.filter(({ fn }) => fn === "min" || fn === "max");
  const central = found.filter(({ fn }) => fn !== "min" && fn !== "max");
  const ranked = first("most", "least");
  const which = first("which", "what");
  const base: Intent = {
    kind: "count",
    at: null,
    fns: [],
    hint: found[0]?.hint ?? null,
    distinct: first("distinct") !== null,
    missing: first("missing") !== null,
    order: null,
    limit: null,
    compare: first("ratio") ? "ratio" : first("difference") ? "difference" : null,
  };
  const picks =
    which !== null && (ranked !== null || extreme.length > 0) && (which.kind === "which" || named(which.to + 1));
  const direction = ranked ? (ranked.kind === "least" ? "asc" : "desc") : extreme[0]?.fn === "min" ? "asc" : "desc";
  const pick = picks ? ({ order: direction, limit: ranked?.limit ?? 1 } as const) : {};
  const percent = first("percent");
  if (percent) return { ...base, kind: "percent", at: percent, ...pick };
  if (central.length > 0) {
    const fns = [
      ...new Set((picks ? central : found).flatMap(({ fn }): Aggregate[] => (fn === "range" ? ["min", "max"] : [fn]))),
    ];
    return { ...base, kind: "aggregate", at: found[0] ?? null, fns, ...pick };
  }
  if (ranked) return { ...base, kind: "top", at: ranked, order: direction, limit: ranked.limit ?? 1 };
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
  return asks ? { ...base, kind: "values", at: asks } : null;
}
