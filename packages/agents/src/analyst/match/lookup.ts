import { quoted, textLiteral } from "../compose/sql-text.ts";
import { writtenOut } from "../lexicon/abbreviations.ts";
import { STOP_WORDS } from "../lexicon/stop-words.ts";
import { TERM_SYNONYMS } from "../lexicon/terms.ts";
import type { LookedUpValue } from "../understand/understanding.ts";
import { buildCatalog, type CatalogColumn, type TableInput } from "./catalog.ts";
import { hasWords } from "./senses.ts";
import { meantWord } from "./spelling.ts";
import { stem } from "./stem.ts";
import { GLUE, tokenize } from "./tokens.ts";

const MOST_CODES = 400;
const MOST_FOUND = 400;
// The tool takes 20,000 characters.
const MOST_CHARACTERS = 18_000;

/** The words of the question, and other names of the same things, as the beginnings that values are searched for. */
function searchStems(question: string): string[] {
  const stems = new Set<string>();
  const written = writtenOut(question);
  const plain = ` ${written.toLowerCase()} `;
  const words = tokenize(written).filter(
    (token) => !GLUE.has(token.lower) && !STOP_WORDS.has(token.lower) && /^\p{L}{3,}/u.test(token.lower),
  );
  for (const token of words) stems.add(token.stem).add(stem(meantWord(token.text) ?? token.lower));
  for (const list of TERM_SYNONYMS) {
    if (!list.some((term) => plain.includes(` ${term}`))) continue;
    for (const token of tokenize(list.join(" ")))
      if (token.stem.length >= 3 && !GLUE.has(token.lower) && !STOP_WORDS.has(token.lower)) stems.add(token.stem);
  }
  return [...stems].slice(0, 40);
}

/** Stems are of one spelling, so the values are brought to it too. */
function spelled(name: string): string {
  return `replace(replace(lower(${name}), 'ae', 'e'), 'oe', 'e')`;
}

function lookupSql(column: CatalogColumn, stems: string[]): string {
  const name = quoted(column.ref.column);
  const all = column.meaning?.role === "test" && column.profile.distinct_count <= MOST_CODES;
  const matches = stems.map(
    (start) => `contains(${spelled(name)}, ${textLiteral(start.length > 5 ? start.slice(0, -1) : start)})`,
  );
  const where = all ? `${name} is not null` : `(${matches.join(" or ")})`;
  return [
    `select ${textLiteral(column.ref.column)} as name, ${name} as value, count(*) as records`,
    `from ${quoted(column.ref.table)}`,
    `where ${where}`,
    "group by 2",
  ].join("\n");
}

export type Lookup = { table: string; sql: string };

/** As many words of a long question as fit into one query. */
function tableLookup(columns: CatalogColumn[], stems: string[]): string {
  const parts = columns.map((column) => lookupSql(column, stems)).join("\nunion all\n");
  if (parts.length > MOST_CHARACTERS && stems.length > 1)
    return tableLookup(columns, stems.slice(0, Math.floor(stems.length * 0.7)));
  return `${parts}\norder by 1, 3 desc, 2\nlimit ${MOST_FOUND}`;
}

/** One query a table that finds values with words of the question, where the profile does not hold all values. */
export function planLookups(question: string, tables: TableInput[]): Lookup[] {
  const stems = searchStems(question);
  if (stems.length === 0) return [];
  return buildCatalog(tables, []).tables.flatMap((table) => {
    const open = table.columns.filter((column) => hasWords(column) && !column.complete);
    if (open.length === 0) return [];
    return [{ table: table.name, sql: tableLookup(open, stems) }];
  });
}

/** The rows of a lookup's result as values. */
export function readLookup(table: string, rows: unknown[][]): LookedUpValue[] {
  return rows.flatMap(([column, value, count]) =>
    typeof column === "string" && typeof value === "string" ? [{ table, column, value, count: Number(count) }] : [],
  );
}
