import { type Catalog, type CatalogColumn, inSentence } from "../match/catalog.ts";
import { nameWords } from "../match/senses.ts";
import { stem } from "../match/stem.ts";
import { contentStems } from "../match/tokens.ts";

const MOST_COLUMNS = 5;
const MOST_TABLES = 6;
const MOST_NAMES = 12;
const SHARED_LETTERS = 4;

function named({ ref, label }: CatalogColumn): string {
  return label.trim() === ""
    ? `${ref.column} of ${ref.table}`
    : `${inSentence(label.trim())} (${ref.column} of ${ref.table})`;
}

function isNear(column: CatalogColumn, start: string): boolean {
  const words = [
    ...contentStems(nameWords(column.ref.column)),
    ...contentStems(column.label),
    ...(column.meaning?.phrases ?? []).flatMap(contentStems),
  ];
  return words.some((word) => word.length >= SHARED_LETTERS && word.startsWith(start));
}

/** Columns whose names begin like the words that nothing matched. */
function nearColumns(catalog: Catalog, unmatched: string[]): string[] {
  const starts = unmatched
    .map((word) => stem(word).slice(0, SHARED_LETTERS))
    .filter((start) => start.length === SHARED_LETTERS);
  const near = catalog.tables.flatMap((table) =>
    table.columns.filter((column) => starts.some((start) => isNear(column, start))).map(named),
  );
  return [...new Set(near)].slice(0, MOST_COLUMNS);
}

/** What a reader may ask about instead: columns that sound alike, and what there is. */
export function suggestions(catalog: Catalog, unmatched: string[]): string[] {
  const near = nearColumns(catalog, unmatched);
  const tables = catalog.tables.slice(0, MOST_TABLES).map((table) => {
    const names = table.columns.slice(0, MOST_NAMES).map((column) => column.ref.column);
    return `${table.name} (${names.join(", ")}${table.columns.length > names.length ? ", …" : ""})`;
  });
  return [
    ...(near.length > 0 ? [`Columns with a similar name: ${near.join("; ")}.`] : []),
    ...(tables.length > 0 ? [`Tables at hand: ${tables.join("; ")}.`] : []),
  ];
}
