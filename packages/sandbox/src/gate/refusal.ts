const READERS = /^(?:read_|parquet_|sniff_|glob$|.*_scan$|json_objects)/;

/** What to write instead of a function that is not allowed. */
export function refusalOfFunction(name: string): string {
  if (READERS.test(name)) {
    return `The function ${name} is not allowed: files and addresses cannot be read from SQL. Select from the tables by name.`;
  }
  const instead = INSTEAD[name];
  return `The function ${name} is not allowed${instead === undefined ? "." : `. ${instead}`}`;
}

const INSTEAD: Record<string, string> = {
  json_contains: "Compare the value that json_extract_string gives.",
  json_structure: "Use json_keys or json_type.",
  json_group_structure: "Use json_keys or json_type.",
  query: "Write the SELECT itself.",
  query_table: "Write the table's name in FROM.",
  duckdb_columns: "Use DESCRIBE with a table's name.",
  duckdb_tables: "The tables are listed in the refusal of an unknown name.",
  summary: "Use SUMMARIZE with a table's name.",
};

/** Says which tables there are, so that the next try can be right. */
export function refusalOfTable(name: string, tables: ReadonlySet<string>): string {
  const known = [...tables].slice(0, 50);
  const list = known.length === 0 ? "There are no tables." : `The tables are: ${known.join(", ")}.`;
  return `There is no table "${name.slice(0, 100)}" here. ${list}`;
}
