import type { Understanding } from "../understand/understanding.ts";
import type { Draft } from "./plan.ts";
import { query, quoted, textLiteral } from "./sql-text.ts";

/** Adds difference and ratio against one group: what the question names last, placebo or control. */
export function compared(u: Understanding, draft: Draft): Draft {
  const [group] = draft.groups;
  const [value] = draft.values;
  if (!u.compare || u.reference === null || !group || draft.groups.length !== 1 || value === undefined) return draft;
  const name = quoted(group.column);
  const isReference = `${name} = ${typeof u.reference === "string" ? textLiteral(u.reference) : String(u.reference)}`;
  const { with: inner, ...own } = draft.query;
  const columns = [name, ...draft.values].map((column) => `each_group.${column}`);
  const parts = query({
    with: [
      ...inner,
      { name: "each_group", query: { ...own, with: [], orderBy: [] } },
      { name: "reference", query: query({ select: [value], from: "each_group", where: [isReference] }) },
    ],
    select: [
      ...columns,
      `round(each_group.${value} - reference.${value}, 4) as difference`,
      `round(each_group.${value} / nullif(reference.${value}, 0), 4) as ratio`,
    ],
    from: "each_group",
    joins: ["left join reference on true"],
    orderBy: [`each_group.${name}`],
  });
  return { ...draft, query: parts, values: [...draft.values, "difference", "ratio"] };
}
