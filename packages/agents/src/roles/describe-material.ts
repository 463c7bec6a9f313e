import type { ColumnProfile, JsonValue } from "@pharmadb/contracts";
import type { Material, MaterialDocument, MaterialTable } from "./material.ts";

/** What the description of a job's files takes of a prompt at most, in characters. */
const MAX_CHARACTERS = 24_000;
const MAX_COMMON_VALUES = 6;
const MAX_VALUE_CHARACTERS = 40;
const MAX_SECTIONS = 30;

/** The job's tables and documents for a prompt: with values where they fit, else with columns only. */
export function describeMaterial(material: Material): string {
  const { tables: all, missing } = material;
  if (all.length + material.documents.length + missing.length === 0) return "No files came with this question.";
  const absent = missing.map(({ name }) => `File ${name} came with this question but cannot be read.`);
  const documents = [...material.documents.map(describeDocument), ...absent];
  for (const describeColumn of [columnWithValues, columnWithType, (column: ColumnProfile) => column.name]) {
    const text = [...material.tables.map((table) => describeTable(table, describeColumn)), ...documents].join("\n\n");
    if (text.length <= MAX_CHARACTERS) return text;
  }
  const tables = material.tables.map(({ table, file_name, profile }) => {
    return `Table ${table} (${file_name}): ${profile.row_count} rows, ${profile.columns.length} columns.`;
  });
  const names = material.documents.map(({ file_id, file_name }) => `Document ${file_name} (${file_id}).`);
  return [...absent, ...tables, ...names, "Use tables_describe to see the columns of a table."]
    .join("\n")
    .slice(0, MAX_CHARACTERS);
}

function describeTable(
  { table, file_name, profile }: MaterialTable,
  describe: (column: ColumnProfile) => string,
): string {
  const label = profile.label ? `, "${profile.label}"` : "";
  const head = `Table ${table} (file ${file_name}${label}): ${profile.row_count} rows`;
  return [head, ...profile.columns.map((column) => `  ${describe(column)}`)].join("\n");
}

function columnWithType(column: ColumnProfile): string {
  return `${column.name} ${column.type}${column.label ? ` "${column.label}"` : ""}`;
}

function columnWithValues(column: ColumnProfile): string {
  const common = column.common.slice(0, MAX_COMMON_VALUES).map(({ value }) => show(value));
  const range = column.min === null || column.max === null ? "" : `; ${show(column.min)} to ${show(column.max)}`;
  const values = common.length === 0 ? "" : `; commonest: ${common.join(", ")}`;
  return `${columnWithType(column)}; ${column.distinct_count} distinct${range}${values}`;
}

function describeDocument({ file_id, file_name, profile }: MaterialDocument): string {
  const pages = profile.page_count === null ? "" : `, ${profile.page_count} pages`;
  const title = profile.title ? `, "${profile.title}"` : "";
  const sections = profile.sections.slice(0, MAX_SECTIONS).map((section) => `  ${section}`);
  const warnings = profile.warnings.map((warning) => `  Warning: ${warning}`);
  const head = `Document ${file_name} (${file_id}${title}${pages}): ${profile.passage_count} passages`;
  return [head, ...sections, ...warnings].join("\n");
}

function show(value: JsonValue): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > MAX_VALUE_CHARACTERS ? `${text.slice(0, MAX_VALUE_CHARACTERS)}…` : text;
}
