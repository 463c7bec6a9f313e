import type { CatalogColumn, CatalogTable } from "../match/catalog.ts";
import type { FilterContext } from "./filters.ts";
import type { Intent } from "./intent.ts";
import type { Mention } from "./reading.ts";
import type { Understanding } from "./understanding.ts";

export type Draft = FilterContext & {
  intent: Intent;
  head: Mention | null;
  measureMention: Mention | null;
  groups: { column: CatalogColumn; table: CatalogTable }[];
  having: Understanding["having"];
  doubt: "high" | "medium" | "low";
};

export function lower(draft: Draft, to: "medium" | "low", note: string): void {
  if (draft.doubt !== "low") draft.doubt = to;
  draft.notes.push(note);
}

export function isArmWord(mention: Mention): boolean {
  return mention.senses.some((sense) => sense.kind === "arm");
}

export function hasKey(table: CatalogTable): boolean {
  return table.subject !== null;
}

/** The column that names what rows are about. Where a class is asked for, only coded rows can be meant. */
export function termColumn(table: CatalogTable, coded = false): CatalogColumn | null {
  for (const name of table.domain?.terms ?? []) {
    const found = table.columns.find((column) => column.ref.column === name);
    const top = found?.values[0];
    // A dictionary that coded next to nothing names nothing; the reported term does.
    const uncoded = top && /^uncoded$/i.test(String(top.value)) && top.count > table.profile.row_count / 2;
    if (found && (coded || !uncoded)) return found;
  }
  return null;
}
