import type { CatalogColumn, CatalogTable } from "../match/catalog.ts";
import { armColumn, isRole, subjectTable } from "./choose.ts";
import { type Draft, lower } from "./draft.ts";
import type { Filter } from "./filters.ts";
import { havingOfSubjects } from "./having.ts";
import { splitPopulation } from "./population.ts";
import type { Reading } from "./reading.ts";
import { screenFailureNote } from "./screen-failures.ts";
import { longerTerms, longerTermsNote, siblingNote } from "./similar-terms.ts";
import type { ColumnRef, Condition, Measure, Scalar, Understanding } from "./understanding.ts";

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

function lastNamed(draft: Draft, filters: Filter[]): Scalar | null {
  const [group] = draft.groups;
  const named = filters.find((filter) => filter.column.upper === group?.column.upper && filter.condition.op === "in");
  return named && named.condition.values.length > 1 ? (named.condition.values.at(-1) ?? null) : null;
}

/** What the other groups are held against. */
function referenceOf(draft: Draft, filters: Filter[]): Scalar | null {
  const [group] = draft.groups;
  if (!draft.intent.compare || !group) return null;
  const named = filters.find((filter) => filter.column.upper === group.column.upper && filter.condition.op === "in");
  const last = draft.intent.compare === "ratio" ? lastNamed(draft, filters) : null;
  const values = named?.condition.values ?? group.column.values.map(({ value }) => value);
  const sorted = [...values].sort((a, b) => String(a).localeCompare(String(b)));
  return last ?? sorted.find((value) => /placebo|control/i.test(String(value))) ?? sorted[0] ?? null;
}

/** Conditions on who the subject is; what happened to it is another matter. */
function isAboutSubject(filter: Filter, whole: CatalogTable): boolean {
  return (
    filter.table === whole ||
    isRole(filter.column, "arm", "age", "sex", "site") ||
    /^(RACE|ETHNIC|AGEGR\d|COUNTRY|SAFFL|ITTFL|EFFFL)$/.test(filter.column.upper)
  );
}

/** Longer terms that hold the same words may have been meant too: the same question with them. */
function broaderOf(u: Understanding, filters: Filter[]): Understanding | null {
  const { kind } = u.measure;
  if ((kind !== "subjects" && kind !== "records" && kind !== "percent") || u.compare || u.order) return null;
  const filter = filters.find((one) => longerTerms(one).length > 0);
  if (!filter) return null;
  const more = longerTerms(filter).map(({ value }) => value);
  const widen = (condition: Condition): Condition =>
    condition.column === filter.column.ref && condition.op === filter.condition.op
      ? { ...condition, values: [...condition.values, ...more] }
      : condition;
  return { ...u, conditions: u.conditions.map(widen), population: u.population.map(widen) };
}

/** What readers should know of how the words were taken. */
function notesOf(draft: Draft, measure: Measure, filters: Filter[], whole: CatalogTable): string[] {
  const people = ["subjects", "percent", "aggregate"].includes(measure.kind);
  const failures = people ? screenFailureNote(draft, whole, filters, measure.kind === "percent") : null;
  const terms = filters.flatMap((filter) => [longerTermsNote(filter), siblingNote(filter)]);
  return [...new Set([...draft.notes, failures, ...terms].filter((note) => note !== null))];
}

export function assemble(draft: Draft, measure: Measure, filters: Filter[]): Understanding {
  const { reading, base, intent } = draft;
  const percent = measure.kind === "percent";
  const split = percent ? splitPopulation(draft, filters) : { population: [], wanted: filters };
  let population: Filter[] = [...split.population];
  let { wanted } = split;
  const countsSubjects = measure.kind === "subjects" || (percent && measure.of === "subjects");
  const absence = reading.mentions.find(
    (mention) => mention.negated && mention.senses.some((sense) => sense.kind === "records" && sense.table === base),
  );
  const negated =
    countsSubjects && !base.perSubject ? wanted.filter((filter) => filter.negated && filter.table === base) : [];
  const absent = absence !== undefined || negated.length > 0;
  const whole = (percent && measure.of === "subjects") || absent ? subjectTable(reading, base) : null;
  const flip = (filter: Filter): Condition =>
    absent && negated.includes(filter)
      ? { ...filter.condition, op: filter.condition.op === "not_in" ? "in" : "not_in" }
      : filter.condition;
  // All of those with a row have one: what was taken for the whole is what is asked for.
  if (percent && !whole && wanted.length === 0) [wanted, population] = [population, []];
  if (percent && measure.of === "subjects" && !base.perSubject && !whole)
    draft.notes.push(`No table of all subjects was given; the whole is the subjects of ${base.name}.`);
  if (absent && !percent) {
    // In `had nausea but not vomiting` the nausea says who is counted.
    const first = Math.min(...negated.map((filter) => filter.at), absence?.from ?? Number.POSITIVE_INFINITY);
    population.push(
      ...wanted.filter(
        (filter) =>
          !negated.includes(filter) && (filter.at < first || (whole !== null && isAboutSubject(filter, whole))),
      ),
    );
    wanted = wanted.filter((filter) => !population.includes(filter));
  }
  if (absent && !whole && !base.perSubject)
    lower(draft, "medium", `No table of all subjects was given; the whole is the subjects of ${base.name}.`);
  if (whole) draft.groups = draft.groups.map((group) => inWhole(draft, group, whole));
  const understood: Understanding = {
    table: base.name,
    measure,
    keys: keysOf(reading),
    rows: base.domain?.rows ?? "records",
    onePerSubject: reading.catalog.tables.filter((table) => table.perSubject).map((table) => table.name),
    groups: draft.groups.map((group): ColumnRef => group.column.ref),
    conditions: wanted.map(flip),
    population: population.map((filter) => (whole ? conditionInWhole(draft, filter, whole) : filter.condition)),
    populationTable: whole?.name ?? null,
    absent,
    having: draft.having ?? havingOfSubjects(reading),
    order: intent.order,
    limit: intent.limit,
    compare: intent.compare,
    reference: referenceOf(draft, filters),
    confidence: draft.doubt,
    notes: notesOf(draft, measure, filters, whole ?? base),
    broader: null,
  };
  return { ...understood, broader: broaderOf(understood, filters) };
}
