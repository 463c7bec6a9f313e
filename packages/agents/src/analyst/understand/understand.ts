import { type CatalogColumn, type CatalogTable, isDateLike, type TableInput } from "../match/catalog.ts";
import { assemble } from "./assemble.ts";
import { chooseBase, isMeasurable, isRole, pickColumn } from "./choose.ts";
import { type Draft, lower } from "./draft.ts";
import { comparedMention, countedMention, type Filter } from "./filters.ts";
import { collectFilters, eventFilter, missingFilter, qualifierFilters, reasonFilters } from "./gather.ts";
import { contrasted, findGroups, sideBySide, withoutTrialNames } from "./groups.ts";
import { havingOfGroups } from "./having.ts";
import { ASSUMED_COUNT, decideIntent, type Intent } from "./intent.ts";
import { measureOf } from "./measures.ts";
import { headOf, isRecords, isSubject } from "./noun-phrase.ts";
import { resolveOutcome } from "./outcome.ts";
import { resolvePartials } from "./partial.ts";
import { type Mention, markGroups, type Reading, readQuestion } from "./reading.ts";
import { scan } from "./scan.ts";
import { suggestions } from "./suggestions.ts";
import type { LookedUpValue, Measure, NotUnderstood, Understanding } from "./understanding.ts";
import { unmatchedWords } from "./unmatched.ts";

export type UnderstandResult =
  | { understood: Understanding; problem: null }
  | { understood: null; problem: NotUnderstood };

function isMeasureMention(mention: Mention, dates: boolean): boolean {
  if (mention.senses.some((sense) => sense.kind === "condition" && sense.from === "concept")) return false;
  return mention.senses.some(
    (sense) =>
      (sense.kind === "column" && (isMeasurable(sense.column) || (dates && isDateLike(sense.column)))) ||
      (sense.kind === "condition" && sense.from === "test"),
  );
}

function findMeasureMention(reading: Reading, intent: Intent): Mention | null {
  if (!["aggregate", "argmax", "compare"].includes(intent.kind) || intent.hint === "age") return null;
  const compared = new Set(reading.comparisons.map((comparison) => comparedMention(reading, comparison)));
  const dates = intent.fns.some((fn) => fn === "min" || fn === "max");
  const fits = reading.mentions.filter(
    (mention) => !mention.group && !compared.has(mention) && isMeasureMention(mention, dates),
  );
  const at = intent.at?.to ?? -1;
  const specific = fits.filter(
    (mention) => !mention.senses.every((sense) => sense.kind === "column" && isRole(sense.column, "result")),
  );
  const pool = specific.length > 0 ? specific : fits;
  return pool.find((mention) => mention.from > at) ?? pool.at(-1) ?? null;
}

function findHead(reading: Reading, intent: Intent): Mention | null {
  if (!intent.at || intent.kind === "values") return null;
  const counts = reading.operations.some((operation) => operation.kind === "count");
  const after = counts && intent.kind !== "percent" ? countPlace(reading, intent) + 1 : intent.at.to + 1;
  return headOf(reading, after);
}

function countPlace(reading: Reading, intent: Intent): number {
  const count = reading.operations.find((operation) => operation.kind === "count");
  return (count ?? intent.at)?.to ?? -1;
}

function notUnderstood(reading: Reading, reasons: string[], unmatched: string[]): UnderstandResult {
  const understood = reading.mentions.map((mention) => {
    const words = reading.tokens
      .slice(mention.from, mention.to + 1)
      .map((token) => token.text)
      .join(" ");
    const sense = mention.senses[0];
    if (sense?.kind === "column") return `'${words}' as the column ${sense.column.ref.column}`;
    if (sense?.kind === "condition")
      return `'${words}' as ${sense.column.ref.column} = ${sense.condition.values.slice(0, 3).join(", ")}`;
    return `'${words}'`;
  });
  return {
    understood: null,
    problem: { understood, reasons, unmatched, suggestions: suggestions(reading.catalog, unmatched) },
  };
}

function fitsIntent(
  reading: Reading,
  intent: Intent,
  head: Mention | null,
  measure: Mention | null,
): (table: CatalogTable) => boolean {
  return (table) => {
    if (reading.change && !table.columns.some((column) => /BLFL$/.test(column.upper))) return false;
    if (measure)
      return measure.senses.some(
        (sense) => (sense.kind === "column" || sense.kind === "condition") && sense.table === table,
      );
    if (intent.kind === "count" && head && isRecords(head) && !isSubject(head)) {
      return (
        head.senses.some((sense) => sense.kind === "records" && (sense.table === table || sense.table === null)) ||
        head.senses.some((sense) => sense.kind === "column" && sense.table === table)
      );
    }
    const counted = reading.comparisons
      .map((comparison) => countedMention(reading, comparison))
      .find((mention) => mention !== null);
    if (counted)
      return counted.senses.some(
        (sense) => sense.kind === "records" && (sense.table === table || sense.table === null),
      );
    return true;
  };
}

/** A result without its test is a mixture of everything that was measured. */
function checkTest(draft: Draft, measure: Measure | null, filters: Filter[]): void {
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
function checkContrasts(draft: Draft, filters: Filter[]): void {
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

function filtersOf(draft: Draft, missing: Filter[]): Filter[] {
  const collected = sideBySide(draft, [...missing, ...collectFilters(draft)]);
  const apart = contrasted(draft, withoutTrialNames(draft, collected));
  return reasonFilters(draft, qualifierFilters(draft, apart));
}

/** Small words that change what is asked, where no rule took them. */
function checkSmallWords({ reading, problems }: Draft): void {
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

/** The question as a query plan over these tables, or why there is none. Pure: the same words and profiles give the same plan. */
export function understand(question: string, tables: TableInput[], lookups: LookedUpValue[]): UnderstandResult {
  const reading = readQuestion(question, tables, lookups);
  resolvePartials(reading, unmatchedWords({ reading }));
  markGroups(reading);
  const intent = decideIntent(reading);
  const outcome = resolveOutcome(reading, unmatchedWords({ reading }));
  const unmatched = unmatchedWords({ reading });
  if (!intent) return notUnderstood(reading, ["The question names nothing to compute."], unmatched);
  if (unmatched.length > 0)
    return notUnderstood(
      reading,
      [`Nothing in the tables matches ${unmatched.map((word) => `'${word}'`).join(", ")}.`],
      unmatched,
    );
  const head = findHead(reading, intent);
  const measureMention = findMeasureMention(reading, intent);
  const subjects = head !== null && isSubject(head);
  const base = chooseBase(reading, {
    must: fitsIntent(reading, intent, head, measureMention),
    measure: measureMention,
    head,
    subjects,
  });
  if (!base) return notUnderstood(reading, ["No table holds what the question asks for."], []);
  const draft: Draft = {
    reading,
    base,
    intent,
    head,
    measureMention,
    groups: [],
    notes: [...reading.notes],
    problems: [],
    having: null,
    doubt: "high",
  };
  if (intent.at === ASSUMED_COUNT && intent.kind === "count")
    draft.notes.push("No word says what to compute; took it to ask for a count.");
  if (outcome) lower(draft, "low", outcome);
  findGroups(draft);
  const missing = missingFilter(draft);
  const grouped = havingOfGroups(draft);
  if (grouped) {
    draft.groups.unshift(grouped.target);
    draft.having = grouped.having;
    draft.intent = { ...intent, order: "desc" };
  }
  const picked = grouped
    ? grouped.measure
    : intent.kind === "top" || intent.kind === "argmax" || intent.kind === "distribution"
      ? measureOf(draft, [])
      : undefined;
  const filters = filtersOf(draft, missing);
  const measure = picked === undefined ? measureOf(draft, filters) : picked;
  filters.push(...eventFilter(draft, measure, filters));
  checkTest(draft, measure, filters);
  checkContrasts(draft, filters);
  checkSmallWords(draft);
  const leftOver = reading.mentions.filter(
    (mention) => !mention.used && !mention.group && mention !== head && mention !== measureMention,
  );
  for (const mention of leftOver) {
    const column = pickColumn(mention, base)?.column;
    const role = column?.meaning?.role ?? "";
    if (
      ["test", "visit", "unit", "subject"].includes(role) ||
      (role === "result" && !otherMeasure(measure, column)) ||
      mention.senses.some((sense) => sense.kind === "records" && (sense.table === base || sense.table === null)) ||
      filters.some((filter) => filter.column === column)
    )
      continue;
    draft.problems.push(
      `Could not tell what to do with '${reading.tokens
        .slice(mention.from, mention.to + 1)
        .map((token) => token.text)
        .join(" ")}'.`,
    );
  }
  if (!measure)
    return notUnderstood(
      reading,
      draft.problems.length > 0 ? draft.problems : ["It is not clear what is to be counted or computed."],
      [],
    );
  if (draft.problems.length > 0) return notUnderstood(reading, draft.problems, []);
  return { understood: assemble(draft, measure, filters), problem: null };
}
