import { ALLOWED_FUNCTIONS } from "./allowed-functions.ts";

const READERS = /^(?:read_|parquet_|sniff_|glob$|.*_scan$|json_objects)/;
const MAX_SUGGESTIONS = 3;

/** What to write instead of a function that is not allowed, or that this engine calls otherwise. */
export function refusalOfFunction(name: string): string {
  const shown = name.slice(0, 60);
  if (READERS.test(name)) {
    return `The function ${shown} is not allowed: files and addresses cannot be read from SQL. Select from the tables by name.`;
  }
  const instead = INSTEAD[name];
  if (instead !== undefined) return `The function ${shown} cannot be used here. ${instead}`;
  const similar = similarFunctions(name);
  const hint = similar.length === 0 ? "" : ` Similar ones that can: ${similar.join(", ")}.`;
  return `The function ${shown} cannot be used here.${hint}`;
}

const INSTEAD: Record<string, string> = {
  charindex: "Use position('x' IN text) or strpos(text, 'x').",
  convert: "Use CAST(x AS type).",
  dateadd: "Add an interval: d + INTERVAL 1 DAY.",
  duckdb_columns: "Use DESCRIBE with a table's name.",
  getdate: "Use current_date or now().",
  histogram_values: "Use the aggregate histogram(x), or GROUP BY floor(x / width).",
  iif: "Use CASE WHEN … THEN … ELSE … END.",
  isnull: "Use coalesce(x, y) or x IS NULL.",
  json_contains: "Compare the value that json_extract_string gives.",
  json_group_structure: "Use json_keys or json_type.",
  json_structure: "Use json_keys or json_type.",
  nvl: "Use coalesce(x, y).",
  overlay: "Use left, right and || or replace.",
  percentile_cont: "Use quantile_cont(x, 0.5).",
  percentile_disc: "Use quantile_disc(x, 0.5).",
  query: "Write the SELECT itself.",
  query_table: "Write the table's name in FROM.",
  summary: "Use SUMMARIZE with a table's name.",
  to_char: "Use strftime(d, '%Y-%m-%d') for dates, format('{:.2f}', x) for numbers.",
  to_date: "Use strptime(text, '%Y-%m-%d')::DATE.",
};

function similarFunctions(name: string): string[] {
  return [...ALLOWED_FUNCTIONS]
    .filter((other) => /^[a-z]/.test(other) && Math.abs(other.length - name.length) <= 3)
    .map((other) => ({ other, share: sharedPairs(name, other) }))
    .filter(({ share }) => share >= 0.5)
    .sort((a, b) => b.share - a.share)
    .slice(0, MAX_SUGGESTIONS)
    .map(({ other }) => other);
}

/** The share of neighbouring letters that two names have in common, 0 to 1. */
function sharedPairs(one: string, other: string): number {
  const pairs = (name: string) =>
    new Set(Array.from(name.slice(0, 40)).map((letter, at) => letter + (name[at + 1] ?? "")));
  const [first, second] = [pairs(one), pairs(other)];
  return (2 * first.intersection(second).size) / Math.max(1, first.size + second.size);
}

/** Says which tables there are, so that the next try can be right. */
export function refusalOfTable(name: string, tables: ReadonlySet<string>): string {
  const known = [...tables].slice(0, 50);
  const list = known.length === 0 ? "There are no tables." : `The tables are: ${known.join(", ")}.`;
  return `There is no table "${name.slice(0, 100)}" here. ${list}`;
}
