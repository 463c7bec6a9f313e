import type { CatalogColumn } from "../match/catalog.ts";
import { isRole, pickColumn } from "./choose.ts";
import type { Draft } from "./draft.ts";
import type { Filter } from "./filters.ts";
import { scan } from "./scan.ts";
import type { Measure } from "./understanding.ts";

/** A result without its test is a mixture of everything that was measured. */
export function checkTest(draft: Draft, measure: Measure | null, filters: Filter[]): void {
  if (measure?.kind !== "aggregate" && measure?.kind !== "change") return;
  const { base } = draft;
  const column = base.columns.find((candidate) => candidate.ref === measure.column);
  const test = base.columns.find((candidate) => isRole(candidate, "test"));
  if (!column || !isRole(column, "result", "change", "baseline") || !test || test.profile.distinct_count <= 1) return;
  if (
    filters.some((filter) => isRole(filter.column, "test")) ||
    draft.groups.some((group) => isRole(group.column, "test"))
  )
    return;
  draft.problems.push(
    `${base.name} holds results of ${test.profile.distinct_count} tests; the question names none that is in it.`,
  );
}

/** Words that set things side by side, where the rest of the reading does not. */
export function checkContrasts(draft: Draft, filters: Filter[]): void {
  const { tokens } = draft.reading;
  const versus = tokens.some((token) => /^(versus|vs)$/.test(token.lower));
  if (versus && draft.groups.length === 0) draft.problems.push("It is not clear what is set against what.");
  const baseline = filters.some((filter) => /BLFL$/.test(filter.column.upper));
  if (baseline && filters.some((filter) => isRole(filter.column, "visit")))
    draft.problems.push("A value cannot be of baseline and of another visit at once; ask for them separately.");
}

/** Whether another column than this one is computed on, which leaves this one without a part. */
function otherMeasure(measure: Measure | null, column: CatalogColumn | undefined): boolean {
  return (
    measure?.kind === "aggregate" &&
    column !== undefined &&
    measure.column !== column.ref &&
    !/^(result|value|level)/i.test(column.label)
  );
}

/** Small words that change what is asked, where no rule took them. */
export function checkSmallWords({ reading, problems }: Draft): void {
  for (const hit of scan(
    reading.tokens,
    /(?:per|by|each|every) (?:month|week|day|year|quarter|hour)|at (?:least|most)/,
  )) {
    const next = reading.tokens[hit.to + 1];
    const said = reading.tokens.slice(hit.from, hit.to + 1).map((token) => token.text);
    const covered = reading.mentions.some((mention) => mention.from <= hit.to && mention.to >= hit.to);
    if (covered || reading.claims.taken[hit.to] || (said[0] === "at" && (next?.number ?? null) !== null)) continue;
    if (/^(once|a|an)$/.test(next?.lower ?? "")) continue;
    problems.push(`Could not tell what to do with '${said.join(" ")}'.`);
  }
}

/** What was named and had no part in the plan changes what is asked. */
export function checkLeftOver(draft: Draft, measure: Measure | null, filters: Filter[]): void {
  const { reading, base } = draft;
  for (const mention of reading.mentions) {
    if (mention.used || mention.group || mention === draft.head || mention === draft.measureMention) continue;
    const column = pickColumn(mention, base)?.column;
    const role = column?.meaning?.role ?? "";
    if (
      ["test", "visit", "unit", "subject"].includes(role) ||
      (role === "result" && !otherMeasure(measure, column)) ||
      mention.senses.some((sense) => sense.kind === "records" && (sense.table === base || sense.table === null)) ||
      filters.some((filter) => filter.column === column)
    )
      continue;
    const words = reading.tokens.slice(mention.from, mention.to + 1).map((token) => token.text);
    draft.problems.push(`Could not tell what to do with '${words.join(" ")}'.`);
  }
}
