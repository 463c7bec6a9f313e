import { type CatalogTable, isDateLike, type TableInput } from "../match/catalog.ts";
import { assemble } from "./assemble.ts";
import { checkContrasts, checkLeftOver, checkSmallWords, checkTest } from "./checks.ts";
import { chooseBase, isMeasurable, isRole } from "./choose.ts";
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

function filtersOf(draft: Draft, missing: Filter[]): Filter[] {
  const collected = sideBySide(draft, [...missing, ...collectFilters(draft)]);
  const apart = contrasted(draft, withoutTrialNames(draft, collected));
  return reasonFilters(draft, qualifierFilters(draft, apart));
}

function draftOf(reading: Reading, found: Pick<Draft, "base" | "intent" | "head" | "measureMention">): Draft {
  const assumed = found.intent.at === ASSUMED_COUNT && found.intent.kind === "count";
  const notes = assumed ? ["No word says what to compute; took it to ask for a count."] : [];
  return {
    ...found,
    reading,
    groups: [],
    notes: [...reading.notes, ...notes],
    problems: [],
    having: null,
    doubt: "high",
  };
}

/** The measure where it decides the groups, before filters are looked for; undefined where filters come first. */
function groupedMeasure(draft: Draft): Measure | null | undefined {
  const grouped = havingOfGroups(draft);
  if (grouped) {
    draft.groups.unshift(grouped.target);
    draft.having = grouped.having;
    draft.intent = { ...draft.intent, order: "desc" };
    return grouped.measure;
  }
  return ["top", "argmax", "distribution"].includes(draft.intent.kind) ? measureOf(draft, []) : undefined;
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
  const draft = draftOf(reading, { base, intent, head, measureMention });
  if (outcome) lower(draft, "low", outcome);
  findGroups(draft);
  const missing = missingFilter(draft);
  const picked = groupedMeasure(draft);
  const filters = filtersOf(draft, missing);
  const measure = picked === undefined ? measureOf(draft, filters) : picked;
  filters.push(...eventFilter(draft, measure, filters));
  checkTest(draft, measure, filters);
  checkContrasts(draft, filters);
  checkSmallWords(draft);
  checkLeftOver(draft, measure, filters);
  if (draft.problems.length > 0) return notUnderstood(reading, draft.problems, []);
  if (!measure) return notUnderstood(reading, ["It is not clear what is to be counted or computed."], []);
  return { understood: assemble(draft, measure, filters), problem: null };
}
