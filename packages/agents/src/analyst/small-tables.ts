import type { ColumnProfile, JsonValue } from "@pharmadb/contracts";
import type { TableInput } from "./match/catalog.ts";

type Cell = string | number | boolean | null;

function columnType(values: Cell[]): ColumnProfile["type"] {
  const held = values.filter((value) => value !== null);
  if (held.length > 0 && held.every((value) => typeof value === "boolean")) return "boolean";
  if (held.length > 0 && held.every((value) => typeof value === "number")) {
    return held.every((value) => Number.isInteger(value)) ? "integer" : "number";
  }
  return held.length > 0 && held.every((value) => /^\d{4}-\d\d-\d\d$/.test(String(value))) ? "date" : "text";
}

function profileColumn(name: string, values: Cell[]): ColumnProfile {
  const counts = new Map<Cell, number>();
  for (const value of values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  const common = [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([value, count]) => ({ value: value as JsonValue, count }));
  const type = columnType(values);
  const missing = values.filter((value) => value === null).length;
  return {
    name,
    label: null,
    type,
    sql_type: type === "text" ? "VARCHAR" : type.toUpperCase(),
    null_share: values.length === 0 ? 0 : missing / values.length,
    distinct_count: counts.size,
    min: null,
    max: null,
    common: common.slice(0, 20),
  };
}

/** A table of a test, profiled as an upload is: the first row names the columns. */
export function smallTable(table: string, [header = [], ...rows]: Cell[][]): TableInput {
  const columns = header.map((name, at) =>
    profileColumn(
      String(name),
      rows.map((row) => row[at] ?? null),
    ),
  );
  return { table, file_name: `${table}.csv`, profile: { name: null, label: null, row_count: rows.length, columns } };
}

/** Twelve subjects in two arms. */
export const SUBJECTS = smallTable("adsl", [
  ["USUBJID", "TRT01A", "SEX", "AGE", "RACE", "SITEID", "DCDECOD", "TRTSDT", "SAFFL"],
  ...Array.from({ length: 12 }, (_, at): Cell[] => [
    `S-${at + 1}`,
    at % 2 === 0 ? "Placebo" : "Drugamine High Dose",
    at % 3 === 0 ? "M" : "F",
    60 + at,
    at === 0 ? "ASIAN" : "WHITE",
    at < 7 ? "101" : "102",
    at < 9 ? "COMPLETED" : "ADVERSE EVENT",
    `2013-0${(at % 9) + 1}-01`,
    "Y",
  ]),
]);

/** Twenty events of eight of them. */
export const EVENTS = smallTable("adae", [
  ["USUBJID", "TRTA", "AEDECOD", "AEBODSYS", "AESEV", "AESER", "TRTEMFL", "AESTDTC", "AEENDTC"],
  ...Array.from({ length: 20 }, (_, at): Cell[] => [
    `S-${(at % 8) + 1}`,
    at % 2 === 0 ? "Placebo" : "Drugamine High Dose",
    at % 4 === 0 ? "DIZZINESS" : at % 4 === 1 ? "PRURITUS" : "APPLICATION SITE PRURITUS",
    at % 4 === 0 ? "NERVOUS SYSTEM DISORDERS" : "SKIN AND SUBCUTANEOUS TISSUE DISORDERS",
    at % 5 === 0 ? "SEVERE" : "MILD",
    at === 3 ? "Y" : "N",
    at < 18 ? "Y" : "N",
    at === 0 ? "2013" : `2013-04-${String(at).padStart(2, "0")}`,
    at % 2 === 0 ? "2013-05-01" : null,
  ]),
]);

/** Results of two tests. */
export const LABS = smallTable("lb", [
  ["USUBJID", "LBTESTCD", "LBTEST", "LBSTRESN", "LBSTRESU", "LBNRIND", "LBBLFL", "VISIT"],
  ...Array.from({ length: 16 }, (_, at): Cell[] => [
    `S-${(at % 4) + 1}`,
    at % 2 === 0 ? "ALT" : "SODIUM",
    at % 2 === 0 ? "Alanine Aminotransferase" : "Sodium",
    at * 7.5,
    at % 2 === 0 ? "U/L" : "mmol/L",
    at > 12 ? "HIGH" : "NORMAL",
    at < 4 ? "Y" : null,
    at < 8 ? "BASELINE" : "WEEK 24",
  ]),
]);
