import { ARM_PHRASES } from "../lexicon/columns.ts";
import { CONCEPTS, type Concept, type ConceptTarget } from "../lexicon/concepts.ts";
import { DOMAINS, RECORD_PHRASES, SUBJECT_PHRASES } from "../lexicon/domains.ts";
import { STOP_WORDS } from "../lexicon/stop-words.ts";
import { TERM_SYNONYMS } from "../lexicon/terms.ts";
import { TEST_SYNONYMS } from "../lexicon/tests.ts";
import type { Condition, Scalar } from "../understand/understanding.ts";
import { type Catalog, type CatalogColumn, type CatalogTable, isYesNo, plainValue } from "./catalog.ts";
import { contentStems, phraseKey } from "./tokens.ts";

/** One thing that words of a question can mean in these tables. Lower rank is the likelier one. */
export type Sense =
  | { kind: "subject" }
  | { kind: "records"; table: CatalogTable | null }
  | { kind: "arm" }
  | { kind: "column"; column: CatalogColumn; table: CatalogTable; rank: number }
  | {
      kind: "condition";
      column: CatalogColumn;
      table: CatalogTable;
      condition: Condition;
      rank: number;
      /** Where it comes from; a test also picks the result column. */
      from: "value" | "concept" | "test" | "part";
      note: string | null;
    };

export type SenseIndex = Map<string, Sense[]>;

function add(index: SenseIndex, phrase: string | string[], sense: Sense): void {
  const key = phraseKey(typeof phrase === "string" ? contentStems(phrase) : phrase);
  if (key === "") return;
  const senses = index.get(key);
  if (!senses) index.set(key, [sense]);
  else if (!senses.some((known) => sameSense(known, sense))) senses.push(sense);
}

function sameSense(a: Sense, b: Sense): boolean {
  if (a.kind !== b.kind) return false;
  if (a.kind === "condition" && b.kind === "condition") {
    return a.column === b.column && JSON.stringify(a.condition.values) === JSON.stringify(b.condition.values);
  }
  if (a.kind === "column" && b.kind === "column") return a.column === b.column;
  if (a.kind === "records" && b.kind === "records") return a.table === b.table;
  return true;
}

function isIn(column: CatalogColumn, values: Scalar[], negated = false): Condition {
  return { column: column.ref, op: negated ? "not_in" : "in", values };
}

const NO_VALUES = new Set(["subject", "study", "sequence", "unit"]);

/** Whether a column's values are words that a question may use. */
export function hasWords(column: CatalogColumn): boolean {
  if (column.profile.type !== "text" || NO_VALUES.has(column.meaning?.role ?? "")) return false;
  return !/DTC$|DTF$/.test(column.upper) && !["start_date", "end_date", "date"].includes(column.meaning?.role ?? "");
}

/** How far a column is from the one that analysts would filter on. */
export function columnRank(column: CatalogColumn): number {
  // Reasons of disposition repeat what other columns say outright, such as a death.
  if (column.meaning?.role === "disposition") return 3 + (column.meaning.rank ?? 0);
  return column.meaning ? (column.meaning.rank ?? 5) : 6;
}

const VAGUE_PARTS = new Set([
  "dose",
  "high",
  "low",
  "group",
  "arm",
  "treatment",
  "mg",
  "study",
  "drug",
  "dai",
  "daily",
  "screen",
  "medium",
  "mid",
]);

const EDGES: ReadonlySet<string> = new Set("by with on as per not no".split(" "));

/** Whether a part of a value can stand for it: `high dose` can, `by subject` cannot. */
function isTelling(part: string[]): boolean {
  if (EDGES.has(part[0] ?? "") || EDGES.has(part.at(-1) ?? "")) return false;
  return part.some((word) => !STOP_WORDS.has(word));
}

function addParts(index: SenseIndex, table: CatalogTable, column: CatalogColumn): void {
  const parts = new Map<string, Set<Scalar>>();
  for (const { value } of column.values) {
    const stems = contentStems(plainValue(value));
    for (let from = 0; from < stems.length; from++) {
      for (let to = from + 1; to <= stems.length; to++) {
        const part = stems.slice(from, to);
        if (part.length === stems.length || !isTelling(part)) continue;
        if (part.length === 1 && (column.meaning?.role !== "arm" || VAGUE_PARTS.has(part[0] ?? ""))) continue;
        const key = phraseKey(part);
        parts.set(key, (parts.get(key) ?? new Set()).add(value));
      }
    }
  }
  for (const [key, values] of parts) {
    if (values.size > 1 && column.meaning?.role !== "arm") continue;
    const rank = 20 + columnRank(column);
    add(index, key.split(" "), {
      kind: "condition",
      column,
      table,
      condition: isIn(column, [...values]),
      rank,
      from: "part",
      note: null,
    });
  }
}

function synonymsOf(key: string): string[] {
  return TERM_SYNONYMS.filter((list) => list.some((term) => phraseKey(contentStems(term)) === key)).flat();
}

function addValues(index: SenseIndex, table: CatalogTable, column: CatalogColumn): void {
  const isTest = column.meaning?.role === "test";
  for (const { value } of column.values) {
    const text = plainValue(value);
    // `ADVERSE EVENT` as a reason of disposition is asked for by concepts; alone the words name the events.
    if ((text.length < 2 && !isTest) || /^adverse events?$/i.test(text)) continue;
    const rank = columnRank(column);
    const sense: Sense = {
      kind: "condition",
      column,
      table,
      condition: isIn(column, [value]),
      rank,
      from: isTest ? "test" : "value",
      note: null,
    };
    if (text.length > 1 && !/^(yes|no|na|true|false)$/i.test(text)) {
      add(index, text, sense);
      for (const synonym of synonymsOf(phraseKey(contentStems(text))))
        add(index, synonym, { ...sense, rank: rank + 1 });
    }
    if (!isTest) continue;
    for (const { codes, phrases } of TEST_SYNONYMS) {
      if (codes.includes(text.toUpperCase())) for (const phrase of phrases) add(index, phrase, sense);
    }
  }
  if (column.complete && column.values.length <= 20) addParts(index, table, column);
}

/** The values of a column that a concept's target means; null where the column cannot hold the concept. */
function targetValues(column: CatalogColumn, target: ConceptTarget): Scalar[] | null {
  const wanted = target.values.map((value) => value.toUpperCase());
  const found = column.values.filter(({ value }) => {
    const text = plainValue(value).toUpperCase();
    return wanted.includes(text) || wanted.includes(String(value).toUpperCase());
  });
  if (found.length > 0) return found.map(({ value }) => value);
  if (wanted[0] === "Y" && isYesNo(column) && column.profile.type === "text") return ["Y"];
  // A code list that is known in full and lacks the code: nobody has it, which is an answer.
  if (/_COD$/.test(column.upper) && column.complete && column.values.length > 0 && target.column.source !== ".")
    return target.values.slice(0, 1);
  return null;
}

function addConcept(index: SenseIndex, table: CatalogTable, column: CatalogColumn, concept: Concept): void {
  for (const [order, target] of concept.targets.entries()) {
    if (!target.column.test(column.upper) || column.values.length === 0) continue;
    const values = targetValues(column, target);
    if (!values) continue;
    const condition = isIn(column, values, target.negated);
    const arm = column.meaning?.role === "arm" ? columnRank(column) / 10 : 0;
    const rank = order + arm + columnRank(column) / 100;
    for (const phrase of concept.phrases) {
      add(index, phrase, {
        kind: "condition",
        column,
        table,
        condition,
        rank,
        from: "concept",
        note: concept.note ?? null,
      });
    }
  }
}

/** The parts of a name in camelCase or snake_case. */
export function nameWords(name: string): string {
  return name
    .replaceAll("_", " ")
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .replace(/(\d+)/g, " $1 ");
}

/** Whether the column only repeats another as a number, as RACEN does RACE. */
function hasTwin(table: CatalogTable, column: CatalogColumn): boolean {
  return column.upper.endsWith("N") && table.columns.some((other) => `${other.upper}N` === column.upper);
}

function addColumn(index: SenseIndex, table: CatalogTable, column: CatalogColumn): void {
  const rank = columnRank(column);
  const sense: Sense = { kind: "column", column, table, rank };
  const label = column.label.replace(/\([^)]*\)/g, " ");
  const numbered = hasTwin(table, column);
  add(index, column.ref.column, sense);
  if (column.meaning?.role === "sequence") return;
  add(index, nameWords(column.ref.column), { ...sense, rank: rank + 1 });
  if (!numbered) for (const phrase of column.meaning?.phrases ?? []) add(index, phrase, sense);
  if (label.trim() !== "" && !numbered) add(index, label, { ...sense, rank: rank + 1 });
}

/** A table that relates rows of others names them by the code of their domain. */
function addDomainCodes(index: SenseIndex, table: CatalogTable, column: CatalogColumn): void {
  for (const { value } of column.values) {
    const domain = DOMAINS.find(({ name }) => name.test(String(value).toLowerCase()));
    for (const noun of domain?.nouns ?? []) {
      add(index, noun, {
        kind: "condition",
        column,
        table,
        condition: isIn(column, [value]),
        rank: 5,
        from: "concept",
        note: null,
      });
    }
  }
}

/** What has no end date goes on, where no column says so outright. */
function addOngoing(index: SenseIndex, table: CatalogTable): void {
  const end = table.columns.find(
    (column) => column.meaning?.role === "end_date" && /^(CM|EX|MH|AE|END_DT)/.test(column.upper),
  );
  if (!end) return;
  for (const phrase of ["ongoing", "still ongoing", "continuing"]) {
    add(index, phrase, {
      kind: "condition",
      column: end,
      table,
      condition: { column: end.ref, op: "is_null", values: [] },
      rank: 15,
      from: "concept",
      note: `Took 'ongoing' as a missing ${end.ref.column}.`,
    });
  }
}

/** Every phrase that means something in these tables, by the key of its words. */
export function buildSenses(catalog: Catalog): SenseIndex {
  const index: SenseIndex = new Map();
  const faers = catalog.tables.some((table) => /^(CASEID|PRIMARYID)$/.test(table.subject?.upper ?? ""));
  for (const phrase of SUBJECT_PHRASES) {
    if (faers || !/case|report|icsr/.test(phrase)) add(index, phrase, { kind: "subject" });
  }
  if (!faers) add(index, "report", { kind: "records", table: null });
  for (const phrase of RECORD_PHRASES) add(index, phrase, { kind: "records", table: null });
  for (const phrase of ARM_PHRASES) add(index, phrase, { kind: "arm" });
  for (const table of catalog.tables) {
    if (table.domain?.id === "ae") for (const noun of ["teae", "sae"]) add(index, noun, { kind: "records", table });
    for (const noun of table.domain?.nouns ?? []) add(index, noun, { kind: "records", table });
    for (const suffix of ["record", "row", "data set", "dataset", "table", "domain"]) {
      add(index, [...contentStems(table.name), ...contentStems(suffix)], { kind: "records", table });
    }
    if (table.name.length > 2) add(index, table.name, { kind: "records", table });
    addOngoing(index, table);
    for (const column of table.columns) {
      if (column.upper === "RDOMAIN") addDomainCodes(index, table, column);
      addColumn(index, table, column);
      if (hasWords(column)) addValues(index, table, column);
      for (const concept of CONCEPTS) addConcept(index, table, column, concept);
    }
  }
  return index;
}
