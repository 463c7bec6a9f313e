import type { CatalogTable } from "../match/catalog.ts";
import { plural } from "../phrase/names.ts";
import { isRole } from "./choose.ts";
import type { Draft } from "./draft.ts";
import type { Filter } from "./filters.ts";

/** The demographics of a trial hold people who never were in it: a whole that counts them must say so. */
export function screenFailureNote(
  draft: Draft,
  whole: CatalogTable,
  filters: Filter[],
  percent: boolean,
): string | null {
  if (!percent && filters.length > 0) return null;
  const column = whole.columns.find((candidate) => /^(ARM|ACTARM|ARMCD|ACTARMCD)$/.test(candidate.upper));
  const failed = column?.values.find(({ value }) => /^(screen failure|scrnfail)$/i.test(String(value)));
  if (!column || !failed || !whole.perSubject) return null;
  const named = filters.some(
    (filter) => isRole(filter.column, "arm") || /^(ACT)?ARM(CD)?$|DECOD$/.test(filter.column.upper),
  );
  const apart = draft.groups.some((group) => isRole(group.column, "arm"));
  const asked = draft.reading.tokens.some((token) => /^screen/.test(token.lower));
  if (named || apart || asked) return null;
  return `${whole.name} also holds ${plural(failed.count, "screen failures")} (${column.ref.column} = ${String(failed.value)}); included here.`;
}
