import type { JsonValue } from "@pharmadb/contracts";

/** A column by table and name, with its engine type for literals and what people call it. */
export type ColumnRef = {
  table: string;
  column: string;
  type: "text" | "number" | "date" | "boolean";
  /** As the file labels it; null where it does not. */
  label: string | null;
  /** What the rest of a sentence may call it: a word of the field for its name, else the label or the name itself. */
  noun: string;
};

export type Scalar = string | number | boolean;

/** One thing that rows must fulfil. */
export type Condition = {
  column: ColumnRef;
  op:
    | "in"
    | "not_in"
    | "contains"
    | "<"
    | "<="
    | ">"
    | ">="
    | "="
    | "between"
    | "is_null"
    | "not_null"
    | "no_row"
    | "year_month"
    | "before"
    | "after"
    | "since"
    | "date_between";
  values: Scalar[];
  /** The words of the question that asked for it. */
  words?: string;
};

export type Aggregate = "mean" | "median" | "min" | "max" | "sum" | "stddev" | "q1" | "q3" | "range" | "iqr";

export type Measure =
  | { kind: "records" }
  | { kind: "subjects" }
  | { kind: "distinct"; column: ColumnRef }
  | {
      kind: "aggregate";
      fns: Aggregate[];
      column: ColumnRef;
      unit: ColumnRef | null;
      date: boolean /** Whether subjects are counted too. */;
      subjects: boolean;
    }
  | { kind: "percent"; of: "subjects" | "records" }
  /** An aggregate over the number of rows that each subject has. */
  | { kind: "per_subject"; fns: Aggregate[] }
  | { kind: "days_between"; fns: Aggregate[]; start: ColumnRef; end: ColumnRef }
  | { kind: "change"; fns: Aggregate[]; column: ColumnRef; baseline: Condition; match: ColumnRef[] }
  | { kind: "values"; column: ColumnRef };

/** What a question about tables was taken to ask: the only thing that SQL is made from. */
export type Understanding = {
  table: string;
  measure: Measure;
  /** The column that tells subjects apart, by table; tables without one are not in it. */
  keys: { [table: string]: string };
  /** What the rows that are counted are called. */
  rows: string;
  /** Tables with one row a subject, which need no reduction before a join. */
  onePerSubject: string[];
  groups: ColumnRef[];
  /** What counted rows must fulfil; for percentages the numerator. */
  conditions: Condition[];
  /** What the rows of the whole must fulfil; only percentages tell the two apart. */
  population: Condition[];
  /** The table that holds the whole: every subject of the study, where there is one. */
  populationTable: string | null;
  /** Subjects that must not have a row of the table that fulfils the conditions. */
  absent: boolean;
  /** How many rows a subject must have, or how many things a group. */
  having: { op: string; count: number; of: "subjects" | "groups" } | null;
  order: "desc" | "asc" | null;
  limit: number | null;
  compare: "difference" | "ratio" | null;
  /** What the other groups are held against: for a ratio the group that the question names last, else the control. */
  reference: Scalar | null;
  confidence: "high" | "medium" | "low";
  /** What a reader should know of how the words were taken. */
  notes: string[];
  /** The same with the longer terms that hold the words of the one taken; null where there are none. */
  broader: Understanding | null;
};

/** Why no query was made. */
export type NotUnderstood = { understood: string[]; reasons: string[]; unmatched: string[]; suggestions: string[] };

export type LookedUpValue = { table: string; column: string; value: JsonValue; count: number };
