import type { ColumnProfile, TableProfile } from "@pharmadb/contracts";
import { COLUMN_MEANINGS, type ColumnMeaning } from "../lexicon/columns.ts";
import { DOMAINS, type Domain } from "../lexicon/domains.ts";
import type { ColumnRef, LookedUpValue } from "../understand/understanding.ts";

export type CatalogColumn = {
  ref: ColumnRef;
  upper: string;
  label: string;
  profile: ColumnProfile;
  meaning: ColumnMeaning | null;
  /** Every value that is known, commonest first. */
  values: { value: string | number | boolean; count: number }[];
  /** Whether `values` holds all values of the column. */
  complete: boolean;
};

export type CatalogTable = {
  name: string;
  fileName: string;
  profile: TableProfile;
  domain: Domain | null;
  columns: CatalogColumn[];
  subject: CatalogColumn | null;
  /** One row a subject, such as DM or ADSL. */
  perSubject: boolean;
};

export type TableInput = { table: string; file_name: string; profile: TableProfile };

/** What the tables hold, ready for matching words against. */
export type Catalog = { tables: CatalogTable[] };

export function meaningOf(name: string): ColumnMeaning | null {
  return COLUMN_MEANINGS.find((meaning) => meaning.name.test(name.toUpperCase())) ?? null;
}

function engineType({ type }: ColumnProfile): ColumnRef["type"] {
  if (type === "integer" || type === "number") return "number";
  if (type === "date" || type === "timestamp") return "date";
  return type === "boolean" ? "boolean" : "text";
}

/** `Actual Treatment` as a word in a sentence; capitals that mean something, as in `BMI`, stay. */
export function inSentence(label: string): string {
  return label.replace(/\b[A-Z][a-z]+\b/g, (word) => word.toLowerCase());
}

const SHORT_NAMES = /^(bmi|mmse|llt|hlt|hlgt|nda)$/;

function nounOf({ name, label }: ColumnProfile): string {
  const phrase = meaningOf(name)?.phrases[0];
  if (phrase !== undefined) return SHORT_NAMES.test(phrase) ? phrase.toUpperCase() : phrase;
  return label ? inSentence(label) : name;
}

function columnOf(table: string, profile: ColumnProfile, lookups: LookedUpValue[]): CatalogColumn {
  const values = new Map<string | number | boolean, number>();
  for (const { value, count } of profile.common) {
    if (value !== null && typeof value !== "object" && value !== "") values.set(value, count);
  }
  const complete = profile.distinct_count <= values.size;
  for (const found of lookups) {
    if (found.table !== table || found.column !== profile.name) continue;
    if (found.value !== null && typeof found.value !== "object" && found.value !== "")
      values.set(found.value, found.count);
  }
  return {
    ref: {
      table,
      column: profile.name,
      type: engineType(profile),
      label: profile.label,
      noun: nounOf(profile),
    },
    upper: profile.name.toUpperCase(),
    label: profile.label ?? "",
    profile,
    meaning: meaningOf(profile.name),
    values: [...values].map(([value, count]) => ({ value, count })),
    complete,
  };
}

function domainOf(table: string, columns: CatalogColumn[]): Domain | null {
  const names = new Set(columns.map((column) => column.upper));
  const stated = columns.find((column) => column.upper === "DOMAIN")?.values[0]?.value;
  const byName = (name: string) => DOMAINS.find((domain) => domain.name.test(name));
  if (names.has("QNAM")) return DOMAINS.find((domain) => domain.id === "supp") ?? null;
  return (
    byName(table) ??
    (typeof stated === "string" ? byName(stated.toLowerCase()) : undefined) ??
    DOMAINS.find((domain) => domain.columns.length > 0 && domain.columns.every((column) => names.has(column))) ??
    null
  );
}

function subjectColumn(columns: CatalogColumn[]): CatalogColumn | null {
  const candidates = columns.filter((column) => column.meaning?.role === "subject");
  candidates.sort((a, b) => (a.meaning?.rank ?? 9) - (b.meaning?.rank ?? 9));
  return candidates[0] ?? null;
}

/** Reads the profiles, and values that lookups found, into a catalog. */
export function buildCatalog(tables: TableInput[], lookups: LookedUpValue[]): Catalog {
  return {
    tables: tables.map(({ table, file_name, profile }) => {
      const columns = profile.columns.map((column) => columnOf(table, column, lookups));
      const subject = subjectColumn(columns);
      const perSubject =
        subject !== null && subject.profile.distinct_count >= profile.row_count && profile.row_count > 0;
      return {
        name: table,
        fileName: file_name,
        profile,
        domain: domainOf(table, columns),
        columns,
        subject,
        perSubject,
      };
    }),
  };
}

/** A value without the number that some tools put before a level, such as `1_yes`. */
export function plainValue(value: string | number | boolean): string {
  return String(value)
    .replace(/^\d+_(?=[A-Za-z])/, "")
    .replaceAll("_", " ")
    .trim();
}

const YES_NO = new Set(["Y", "N", "YES", "NO", "TRUE", "FALSE"]);

/** Whether the column only says yes or no (or nothing). */
export function isYesNo(column: CatalogColumn): boolean {
  if (column.profile.type === "boolean") return true;
  const values = column.values
    .map(({ value }) => plainValue(value).toUpperCase())
    .filter((value) => !/^(NA|NA NA|U|UNKNOWN)$/.test(value));
  return column.complete && values.length > 0 && values.length <= 2 && values.every((value) => YES_NO.has(value));
}

/** The value of a yes-or-no column that says yes (or no); null where the data never do and none can be told. */
export function yesNoValue(column: CatalogColumn, yes: boolean): string | number | boolean | null {
  const wanted = yes ? ["Y", "YES", "TRUE"] : ["N", "NO", "FALSE"];
  const found = column.values.find(({ value }) => wanted.includes(plainValue(value).toUpperCase()));
  if (found) return found.value;
  if (column.profile.type === "boolean") return yes;
  return column.values.some(({ value }) => value === (yes ? "N" : "Y")) ? (yes ? "Y" : "N") : null;
}

export function isNumeric(column: CatalogColumn): boolean {
  return column.profile.type === "integer" || column.profile.type === "number";
}

export function isDateLike(column: CatalogColumn): boolean {
  if (column.profile.type === "date" || column.profile.type === "timestamp") return true;
  const role = column.meaning?.role;
  return role === "start_date" || role === "end_date" || role === "date";
}
