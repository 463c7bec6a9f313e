import { HARD_WORDS, STOP_WORDS } from "../lexicon/stop-words.ts";
import type { CatalogColumn, CatalogTable, TableInput } from "../match/catalog.ts";
import { isDateLike } from "../match/catalog.ts";
import {
  armColumn,
  chooseBase,
  isMeasurable,
  isRole,
  pickColumn,
  pickCondition,
  resultColumn,
  sharedKey,
  subjectTable,
  unitColumn,
} from "./choose.ts";
import {
  comparedMention,
  comparisonFilters,
  countedMention,
  dateFilters,
  type Filter,
  type FilterContext,
  identifierFilters,
  mentionFilter,
} from "./filters.ts";
import { decideIntent, type Intent } from "./intent.ts";
import { headOf, isCondition, isRecords, isSubject, isThing, mentionsIn, phraseEnd } from "./noun-phrase.ts";
import { resolveOutcome } from "./outcome.ts";
import { resolvePartials } from "./partial.ts";
import { type Mention, type Reading, readQuestion } from "./reading.ts";
import type { ColumnRef, Condition, LookedUpValue, Measure, NotUnderstood, Understanding } from "./understanding.ts";

export type UnderstandResult =
  | { understood: Understanding; problem: null }
  | { understood: null; problem: NotUnderstood };

type Draft = FilterContext & {
  intent: Intent;
  head: Mention | null;
  measureMention: Mention | null;
  groups: { column: CatalogColumn; table: CatalogTable }[];
  doubt: "high" | "medium" | "low";
};

function lower(draft: Draft, to: "medium" | "low", note: string): void {
  if (draft.doubt !== "low") draft.doubt = to;
  draft.notes.push(note);
}

function isMeasureMention(mention: Mention, dates: boolean): boolean {
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

/** Groups that the words ask for: by-phrases, and values of one column set side by side. */
function findGroups(draft: Draft): void {
  const { reading, base } = draft;
  for (const mention of reading.mentions) {
    if (!mention.group) continue;
    mention.used = true;
    const arm = mention.senses.some((sense) => sense.kind === "arm") ? armColumn(reading, base) : null;
    const column = pickColumn(mention, base);
    const records = mention.senses.some((sense) => sense.kind === "records" && sense.table === base);
    const term = records && !column ? termColumn(base) : null;
    const picked = term
      ? { column: term, table: base }
      : arm && (!column || column.rank >= 5 || isRole(column.column, "arm"))
        ? arm
        : (column ?? (isSubject(mention) && base.subject ? { column: base.subject, table: base } : null));
    if (!picked) {
      const words = reading.tokens
        .slice(mention.from, mention.to + 1)
        .map((token) => token.text)
        .join(" ");
      draft.problems.push(`Found no column to group by '${words}'.`);
      continue;
    }
    if (!draft.groups.some((group) => group.column === picked.column))
      draft.groups.push({ column: picked.column, table: picked.table });
  }
}

const SIDE_BY_SIDE = new Set(["and", "versus", "vs", "compared", "than", "or", "to", "with", "between"]);

const JOINERS = new Set(["and", "or", "versus", "vs", "compared", "than", "to", "with", "between", "both"]);

function sameValues(a: Filter, b: Filter): boolean {
  return b.condition.values.every((value) => a.condition.values.includes(value));
}

/** Two values of one column joined by `and` or `versus` are wanted apart. */
function sideBySide(draft: Draft, filters: Filter[]): Filter[] {
  const merged: Filter[] = [];
  for (const filter of filters) {
    const twin = merged.find(
      (other) =>
        other.column.ref.column === filter.column.ref.column &&
        other.condition.op === "in" &&
        filter.condition.op === "in" &&
        !other.negated &&
        !filter.negated,
    );
    if (!twin) {
      merged.push(filter);
      continue;
    }
    if (sameValues(twin, filter)) continue;
    const between = draft.reading.tokens
      .slice(Math.min(twin.at, filter.at), Math.max(twin.at, filter.at))
      .map((token) => token.lower);
    twin.condition = {
      ...twin.condition,
      values: [...new Set([...twin.condition.values, ...filter.condition.values])],
    };
    if (!between.some((word) => JOINERS.has(word))) {
      draft.problems.push(
        `It is not clear how ${twin.condition.values.join(", ")} and ${filter.condition.values.join(", ")} go together.`,
      );
    }
    const apart = between.some((word) => SIDE_BY_SIDE.has(word) && word !== "or") || draft.intent.compare !== null;
    if (apart && !draft.groups.some((group) => group.column.ref.column === twin.column.ref.column)) {
      draft.groups.push({ column: twin.column, table: twin.table });
    }
  }
  return merged;
}

function collectFilters(draft: Draft): Filter[] {
  const { reading, base, measureMention } = draft;
  const filters = [...comparisonFilters(draft), ...dateFilters(draft), ...identifierFilters(draft)];
  for (const mention of reading.mentions) {
    const numbered = mention.number && !mention.group ? mentionFilter(draft, mention) : null;
    if (numbered) {
      mention.used = true;
      filters.push(numbered);
      continue;
    }
    if (mention.group || (mention === draft.head && !isCondition(mention))) {
      if (mention === draft.head) mention.used = true;
      continue;
    }
    if (
      mention === measureMention &&
      pickColumn(mention, base, (column) => isMeasurable(column) || isDateLike(column))
    ) {
      mention.used = true;
      continue;
    }
    if (mention.used) continue;
    if ((isSubject(mention) && !isCondition(mention)) || isArmWord(mention)) {
      const named = mentionFilter(draft, mention);
      if (named && named.condition.op === "in" && (isSubject(mention) || (named.at === mention.from && !isYes(named))))
        filters.push(named);
      mention.used = true;
      continue;
    }
    if (mention === draft.head) continue;
    const recordsHere = mention.senses.some(
      (sense) => sense.kind === "records" && (sense.table === base || sense.table === null),
    );
    if (recordsHere && !pickCondition(mention, base)) {
      mention.used = true;
      continue;
    }
    const filter = mentionFilter(draft, mention);
    if (filter) {
      mention.used = true;
      if (filter.note) lower(draft, "medium", filter.note);
      filters.push(filter);
    } else if (isRecords(mention)) {
      filters.push(...existence(draft, mention));
    }
  }
  return filters;
}

function isYes(filter: Filter): boolean {
  return filter.column.profile.distinct_count <= 2;
}

function isArmWord(mention: Mention): boolean {
  return mention.senses.some((sense) => sense.kind === "arm");
}

/** `who had medical history`: a row in another table, whatever it says. */
function existence(draft: Draft, mention: Mention): Filter[] {
  const sense = mention.senses.find((candidate) => candidate.kind === "records");
  if (sense?.kind !== "records" || !sense.table?.subject || sharedKey(sense.table, draft.base) === null) return [];
  mention.used = true;
  const column = sense.table.subject;
  return [
    {
      condition: { column: column.ref, op: mention.negated ? "no_row" : "not_null", values: [] },
      at: mention.from,
      table: sense.table,
      note: null,
      column,
      negated: mention.negated,
    },
  ];
}

function hasKey(table: CatalogTable): boolean {
  return table.subject !== null;
}

function hintColumn(draft: Draft): { column: CatalogColumn; table: CatalogTable } | null {
  const { hint } = draft.intent;
  const tables = [draft.base, ...draft.reading.catalog.tables.filter((table) => table.perSubject)];
  for (const table of tables) {
    const found = table.columns.find((column) => {
      if (hint === "age" || hint === "duration") return isRole(column, hint) && isMeasurable(column);
      if (hint === "date") return isDateLike(column) && ["start_date", "date"].includes(column.meaning?.role ?? "");
      return isMeasurable(column) && column.meaning?.phrases[0] === hint;
    });
    if (found) return { column: found, table };
  }
  return null;
}

function aggregateMeasure(draft: Draft): Measure | null {
  const { base, intent, measureMention, reading } = draft;
  const fns = intent.fns;
  const perSubject = reading.operations.some((operation) => operation.kind === "count") || measureMention === null;
  const subjectGroup = draft.groups.findIndex((group) => group.column === base.subject);
  if (
    perSubject &&
    !intent.hint &&
    (subjectGroup >= 0 || (draft.head !== null && isRecords(draft.head))) &&
    hasKey(base) &&
    intent.kind === "aggregate"
  ) {
    if (subjectGroup < 0) return null;
    draft.groups.splice(subjectGroup, 1);
    return { kind: "per_subject", fns };
  }
  let target = intent.hint ? hintColumn(draft) : null;
  if (measureMention) {
    const column = pickColumn(measureMention, base, (candidate) => isMeasurable(candidate) || isDateLike(candidate));
    if (column) target = column;
    else if (pickCondition(measureMention, base)) {
      const column = resultColumn(base);
      target = column ? { column, table: base } : null;
    }
  }
  if (!target) return null;
  if (draft.reading.change) return changeMeasure(draft, target.column);
  if (target.table !== base) {
    draft.problems.push(`The column ${target.column.ref.column} is in another table than the rest of the question.`);
    return null;
  }
  return {
    kind: "aggregate",
    fns,
    column: target.column.ref,
    unit: isRole(target.column, "result") ? (unitColumn(base)?.ref ?? null) : null,
    date: isDateLike(target.column),
  };
}

/** The change of a result from the subject's own baseline, where no column holds it. */
function changeMeasure(draft: Draft, column: CatalogColumn): Measure | null {
  const { base } = draft;
  const flag = base.columns.find((candidate) => /BLFL$/.test(candidate.upper));
  if (!flag || !hasKey(base) || !isRole(column, "result")) {
    draft.problems.push("The change from baseline is in no column, and no flag tells which value is the baseline.");
    return null;
  }
  const baseline: Condition = { column: flag.ref, op: "in", values: ["Y"] };
  const match = base.columns
    .filter((candidate) => /^..TPT$/.test(candidate.upper) || isRole(candidate, "test"))
    .map((candidate) => candidate.ref);
  lower(draft, "medium", `Computed the change as the value minus the subject's value with ${flag.ref.column} = Y.`);
  return {
    kind: "change",
    fns: draft.intent.fns.length > 0 ? draft.intent.fns : ["mean"],
    column: column.ref,
    baseline,
    match,
  };
}

/** Days between two dates that the question names. */
function daysMeasure(draft: Draft): Measure | null {
  const { reading, base, intent } = draft;
  const columns = reading.mentions.flatMap((mention) => {
    const sense = pickColumn(mention, base, isDateLike);
    if (!sense || sense.table !== base || mention.group) return [];
    mention.used = true;
    return [sense.column];
  });
  const [start, end] = columns;
  if (!start || !end || columns.length > 2) return null;
  return { kind: "days_between", fns: intent.fns.length > 0 ? intent.fns : ["mean"], start: start.ref, end: end.ref };
}

/** What a `how many` counts. */
function countMeasure(draft: Draft): Measure | null {
  const { base, head, intent } = draft;
  if (intent.missing && head && isThing(head) && !isSubject(head) && !isRecords(head))
    return base.perSubject ? { kind: "subjects" } : { kind: "records" };
  if (!head)
    return base.perSubject || (isPersonQuestion(draft) && hasKey(base)) ? { kind: "subjects" } : { kind: "records" };
  if (isSubject(head)) {
    if (hasKey(base)) return { kind: "subjects" };
    lower(draft, "medium", `${base.name} has no column that tells subjects apart; counted rows, one a subject.`);
    return { kind: "records" };
  }
  const column = pickColumn(head, base, (candidate) => !isMeasurable(candidate) || isRole(candidate, "site", "visit"));
  if (isRecords(head) && !(intent.distinct && column)) {
    const plain = head.senses.some(
      (sense) => sense.kind === "records" && (sense.table === base || sense.table === null),
    );
    if (!plain) return null;
    if (!intent.distinct) return { kind: "records" };
    const term = termColumn(base);
    return term ? { kind: "distinct", column: term.ref } : { kind: "records" };
  }
  if (pickColumn(head, base, (candidate) => isRole(candidate, "result"))) return { kind: "records" };
  if (isArmWord(head)) {
    const arm = armColumn(draft.reading, base);
    return arm ? { kind: "distinct", column: arm.column.ref } : null;
  }
  return column ? { kind: "distinct", column: column.column.ref } : null;
}

const PERSONS =
  /^(female|woman|women|male|man|men|black|white|hispanic|african|completer|completed|discontinu|withdrew|died|dropped|screen)/;

function isPersonQuestion(draft: Draft): boolean {
  const next = draft.reading.tokens[(draft.intent.at?.to ?? -1) + 1];
  return PERSONS.test(next?.lower ?? "");
}

function termColumn(table: CatalogTable): CatalogColumn | null {
  for (const name of table.domain?.terms ?? []) {
    const found = table.columns.find((column) => column.ref.column === name);
    if (found) return found;
  }
  return null;
}

/** What `which` or `most common` picks from. */
function topTarget(draft: Draft): { column: CatalogColumn; table: CatalogTable } | null {
  const { reading, intent } = draft;
  const start = (intent.at?.to ?? -1) + 1;
  const phrase = mentionsIn(reading, start, phraseEnd(reading, start));
  // In `top five medical history preferred terms` the column says what to pick, the rest only where from.
  const afterMost =
    phrase.find((mention) => isThing(mention) && !isRecords(mention)) ??
    phrase[0] ??
    reading.mentions.find((mention) => mention.from >= start);
  for (const mention of [afterWhich(draft), afterMost, ...reading.mentions]) {
    if (!mention || mention.group) continue;
    const target = targetOf(draft, mention);
    if (!target) continue;
    mention.used = true;
    if (draft.head === mention) draft.head = null;
    return target;
  }
  return null;
}

/** `which arm has the highest mean age`: what to pick from is what to group by. */
function pickGroup(draft: Draft): void {
  if (!draft.intent.order || draft.groups.length > 0) return;
  const mention = afterWhich(draft);
  const target = mention ? targetOf(draft, mention) : null;
  if (!mention || !target) return;
  mention.used = true;
  draft.groups.push(target);
}

function afterWhich({ reading }: Draft): Mention | null {
  const which = reading.operations.find((operation) => operation.kind === "which" || operation.kind === "what");
  if (!which) return null;
  return reading.mentions.find((mention) => mention.from > which.to && mention.from - which.to <= 3) ?? null;
}

function targetOf(draft: Draft, mention: Mention): { column: CatalogColumn; table: CatalogTable } | null {
  const { reading, base } = draft;
  if (isArmWord(mention)) return armColumn(reading, base);
  if (isCondition(mention) && !isThing(mention)) return null;
  const records = mention.senses.some((sense) => sense.kind === "records" && sense.table === base);
  const term = records ? termColumn(base) : null;
  const column = pickColumn(mention, base);
  if (column && column.table === base && !isMeasurable(column.column)) return column;
  if (term) return { column: term, table: base };
  if (isSubject(mention) && base.subject) return { column: base.subject, table: base };
  return column;
}

function topMeasure(draft: Draft): Measure | null {
  const { reading, base, intent } = draft;
  const most = intent.at;
  const head = headOf(reading, (most?.to ?? -1) + 1);
  const counted = draft.head ?? (head && !head.used ? head : null);
  if (counted && isSubject(counted) && hasKey(base) && !draft.groups.some((group) => group.column === base.subject)) {
    counted.used = true;
    return { kind: "subjects" };
  }
  if (counted && (isRecords(counted) || isSubject(counted))) counted.used = true;
  return base.perSubject ? { kind: "subjects" } : { kind: "records" };
}

function valuesMeasure(draft: Draft, filters: Filter[]): Measure | null {
  const { reading, base } = draft;
  const test = filters.find((filter) => isRole(filter.column, "test") && filter.table === base);
  const free = reading.mentions.find(
    (mention) => !mention.used && isThing(mention) && !mention.group && pickColumn(mention, base)?.table === base,
  );
  const value = base.columns.find((column) => /^(TSVAL|QVAL|IETEST)$/.test(column.upper)) ?? resultColumn(base);
  const records = reading.mentions.find((mention) =>
    mention.senses.some((sense) => sense.kind === "records" && sense.table === base),
  );
  if (free) {
    free.used = true;
    const picked = pickColumn(free, base);
    if (picked) return { kind: "values", column: picked.column.ref };
  }
  if (test && value) return { kind: "values", column: value.ref };
  const term = records ? (termColumn(base) ?? null) : null;
  return term ? { kind: "values", column: term.ref } : null;
}

const IDENTIFIER = /^\d+(-\d+){2,}$/;

function unmatchedWords(draft: Pick<Draft, "reading">): string[] {
  const { reading } = draft;
  const covered = reading.tokens.map(() => false);
  for (const mention of reading.mentions) for (let at = mention.from; at <= mention.to; at++) covered[at] = true;
  return reading.tokens
    .filter((token) => !covered[token.index] && !reading.claims.taken[token.index])
    .filter((token) => !STOP_WORDS.has(token.lower) || HARD_WORDS.has(token.lower))
    .filter((token) => !IDENTIFIER.test(token.text) || reading.catalog.tables.every((table) => table.subject === null))
    .filter((token) => token.number === null || token.lower !== "one")
    .map((token) => token.text);
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
  return { understood: null, problem: { understood, reasons, unmatched } };
}

function fitsIntent(
  reading: Reading,
  intent: Intent,
  head: Mention | null,
  measure: Mention | null,
): (table: CatalogTable) => boolean {
  return (table) => {
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

function measureOf(draft: Draft, filters: Filter[]): Measure | null {
  const { intent, base } = draft;
  if (draft.reading.between) return daysMeasure(draft);
  switch (intent.kind) {
    case "aggregate":
      pickGroup(draft);
      return aggregateMeasure(draft);
    case "argmax": {
      const target = topTarget(draft);
      if (!target) return null;
      if (isMeasurable(target.column) && !isRole(target.column, "site", "subject"))
        return { kind: "aggregate", fns: intent.fns, column: target.column.ref, unit: null, date: false };
      const measure = aggregateMeasure(draft);
      if (measure) draft.groups.unshift(target);
      return measure;
    }
    case "top": {
      const target = topTarget(draft);
      if (!target) return null;
      draft.groups.unshift(target);
      return topMeasure(draft);
    }
    case "percent":
      pickGroup(draft);
      return { kind: "percent", of: percentOf(draft) };
    case "distribution": {
      if (draft.groups.length === 0) {
        const target = topTarget(draft);
        if (!target) return null;
        draft.groups.push(target);
      }
      return base.perSubject || (draft.head && isSubject(draft.head)) ? { kind: "subjects" } : { kind: "records" };
    }
    case "values":
      return valuesMeasure(draft, filters);
    case "compare":
      return draft.measureMention
        ? aggregateMeasure({ ...draft, intent: { ...intent, fns: ["mean"] } })
        : countMeasure(draft);
    default:
      return countMeasure(draft);
  }
}

function percentOf(draft: Draft): "subjects" | "records" {
  const { head, base } = draft;
  if (head && isRecords(head) && !isSubject(head)) return "records";
  if (head && isSubject(head)) return hasKey(base) ? "subjects" : "records";
  const word = draft.reading.tokens
    .slice(draft.intent.at?.from ?? 0, (draft.intent.at?.to ?? 0) + 1)
    .map((token) => token.lower);
  if (hasKey(base) && word.some((text) => /^(incidence|prevalence|rates?)$/.test(text))) return "subjects";
  return base.perSubject || (hasKey(base) && draft.reading.mentions.some(isSubject)) ? "subjects" : "records";
}

const SPLITS = new Set(
  "who that had have has were was are is experienced reported completed discontinued died took received reporting experiencing having with did".split(
    " ",
  ),
);
const WITHIN = /(?:^| )(?:among|amongst|in|for|within|of|on|at)(?: (?:the|all|those|these|any|each|both))*$/;

/** Parts the filters of a percentage into those of the whole and those that are asked for. */
function splitPopulation(draft: Draft, filters: Filter[]): { population: Filter[]; wanted: Filter[] } {
  const { tokens } = draft.reading;
  const start = draft.intent.at?.to ?? 0;
  let split = tokens.findIndex((token) => token.index > start && SPLITS.has(token.lower));
  if (split < 0) split = tokens.length;
  const isWhole = (filter: Filter): boolean => {
    if (filter.at < (draft.intent.at?.from ?? 0)) return true;
    if (filter.at < split) return true;
    const before = tokens
      .slice(Math.max(0, filter.at - 4), filter.at)
      .map((token) => token.lower)
      .join(" ");
    return (
      WITHIN.test(before) &&
      (isRole(filter.column, "arm", "age", "sex", "site") ||
        /FL$|RACE|ETHNIC|AGEGR|COUNTRY/.test(filter.column.upper) ||
        draft.base.perSubject)
    );
  };
  let population = filters.filter(isWhole);
  let wanted = filters.filter((filter) => !population.includes(filter));
  const later = filters.filter((filter) => filter.at >= split && filter.at >= start);
  // In `what percent of men were in the low dose arm` the arm is what is asked for.
  if (wanted.length === 0 && later.length > 0 && later.length < filters.length && !hasEvents(draft)) {
    wanted = later;
    population = filters.filter((filter) => !later.includes(filter));
  }
  if (wanted.length === 0 && draft.head && isRecords(draft.head) === false && hasEvents(draft))
    return { population, wanted };
  if (wanted.length === 0) {
    const arms = population.filter((filter) => isRole(filter.column, "arm"));
    const rest = population.filter((filter) => !isRole(filter.column, "arm"));
    return rest.length > 0 ? { population: arms, wanted: rest } : { population: [], wanted: arms };
  }
  return { population, wanted };
}

/** Whether having a row in the base table is itself what is asked for. */
function hasEvents(draft: Draft): boolean {
  return (
    !draft.base.perSubject && draft.reading.mentions.some((mention) => mention !== draft.head && isRecords(mention))
  );
}

/** The same column in the table of all subjects, so that subjects without a row count too. */
function inWhole(
  draft: Draft,
  group: { column: CatalogColumn; table: CatalogTable },
  whole: CatalogTable,
): { column: CatalogColumn; table: CatalogTable } {
  const same = whole.columns.find((column) => column.upper === group.column.upper);
  if (same) return { column: same, table: whole };
  const arm = isRole(group.column, "arm") ? armColumn(draft.reading, whole) : null;
  return arm ?? group;
}

function conditionInWhole(draft: Draft, filter: Filter, whole: CatalogTable): Condition {
  const { column } = inWhole(draft, { column: filter.column, table: filter.table }, whole);
  return { ...filter.condition, column: column.ref };
}

function keysOf(reading: Reading): { [table: string]: string } {
  return Object.fromEntries(
    reading.catalog.tables.flatMap((table) => (table.subject ? [[table.name, table.subject.ref.column]] : [])),
  );
}

function havingOf(reading: Reading): Understanding["having"] {
  for (const comparison of reading.comparisons) {
    const counted = countedMention(reading, comparison);
    const count = comparison.values[0];
    if (!counted || count === undefined || comparison.op === "between") continue;
    counted.used = true;
    if (comparison.op === ">=" && count <= 1) continue;
    return { op: comparison.op, count };
  }
  return null;
}

function missingFilter(draft: Draft): Filter[] {
  if (!draft.intent.missing) return [];
  const mention = draft.reading.mentions.find(
    (candidate) => !candidate.used && isThing(candidate) && !candidate.group && !isArmWord(candidate),
  );
  const sense = mention ? pickColumn(mention, draft.base) : null;
  if (!mention || !sense) {
    draft.problems.push("It is not clear which column may lack values.");
    return [];
  }
  mention.used = true;
  return [
    {
      condition: { column: sense.column.ref, op: "is_null", values: [] },
      at: mention.from,
      table: sense.table,
      note: null,
      column: sense.column,
      negated: false,
    },
  ];
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

/** In time-to-event data a row is no event yet: the censoring flag tells who had it. */
function eventFilter(draft: Draft, measure: Measure | null, filters: Filter[]): Filter[] {
  const { base } = draft;
  const censor = base.columns.find((column) => column.upper === "CNSR");
  const counts = measure?.kind === "subjects" || measure?.kind === "percent";
  const named = filters.find((filter) => isRole(filter.column, "test"));
  if (!censor || !counts || !named || filters.some((filter) => filter.column === censor)) return [];
  lower(draft, "medium", "Took having the event as CNSR = 0, not censored.");
  return [
    {
      condition: { column: censor.ref, op: "in", values: [0] },
      at: named.at,
      table: base,
      note: null,
      column: censor,
      negated: false,
    },
  ];
}

function assemble(draft: Draft, measure: Measure, filters: Filter[]): Understanding {
  const { reading, base, intent } = draft;
  const percent = measure.kind === "percent";
  const { population, wanted } = percent
    ? splitPopulation(draft, filters)
    : { population: [] as Filter[], wanted: filters };
  const countsSubjects = measure.kind === "subjects" || (percent && measure.of === "subjects");
  const absence = reading.mentions.some(
    (mention) => mention.negated && mention.senses.some((sense) => sense.kind === "records" && sense.table === base),
  );
  const negated =
    countsSubjects && !base.perSubject ? wanted.filter((filter) => filter.negated && filter.table === base) : [];
  const absent = absence || negated.length > 0;
  const whole = (percent && measure.of === "subjects") || absent ? subjectTable(reading, base) : null;
  const flip = (filter: Filter): Condition =>
    absent && negated.includes(filter)
      ? { ...filter.condition, op: filter.condition.op === "not_in" ? "in" : "not_in" }
      : filter.condition;
  if (percent && measure.of === "subjects" && !base.perSubject && !whole)
    draft.notes.push(`No table of all subjects was given; the whole is the subjects of ${base.name}.`);
  if (whole) draft.groups = draft.groups.map((group) => inWhole(draft, group, whole));
  return {
    table: base.name,
    measure,
    keys: keysOf(reading),
    groups: draft.groups.map((group): ColumnRef => group.column.ref),
    conditions: wanted.map(flip),
    population: population.map((filter) => (whole ? conditionInWhole(draft, filter, whole) : filter.condition)),
    populationTable: whole?.name ?? null,
    absent,
    having: havingOf(reading),
    order: intent.order,
    limit: intent.limit,
    compare: intent.compare,
    confidence: draft.doubt,
    notes: [...new Set(draft.notes)],
  };
}

/** The question as a query plan over these tables, or why there is none. Pure: the same words and profiles give the same plan. */
export function understand(question: string, tables: TableInput[], lookups: LookedUpValue[]): UnderstandResult {
  const reading = readQuestion(question, tables, lookups);
  const notes: string[] = [];
  resolvePartials(reading, unmatchedWords({ reading }), notes);
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
    notes,
    problems: [],
    doubt: notes.length > 0 ? "medium" : "high",
  };
  if (outcome) lower(draft, "low", outcome);
  findGroups(draft);
  const missing = missingFilter(draft);
  const picked =
    intent.kind === "top" || intent.kind === "argmax" || intent.kind === "distribution"
      ? measureOf(draft, [])
      : undefined;
  const filters = sideBySide(draft, [...missing, ...collectFilters(draft)]);
  const measure = picked === undefined ? measureOf(draft, filters) : picked;
  filters.push(...eventFilter(draft, measure, filters));
  checkTest(draft, measure, filters);
  const leftOver = reading.mentions.filter(
    (mention) => !mention.used && !mention.group && mention !== head && mention !== measureMention,
  );
  for (const mention of leftOver) {
    const column = pickColumn(mention, base)?.column;
    const role = column?.meaning?.role ?? "";
    if (
      ["result", "test", "visit", "unit", "subject", "dose"].includes(role) ||
      isRecords(mention) ||
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
