/** One SELECT, clause by clause. */
export type Query = {
  with: { name: string; query: Query }[];
  distinct: boolean;
  select: string[];
  from: string;
  joins: string[];
  where: string[];
  groupBy: string[];
  having: string | null;
  qualify: string | null;
  orderBy: string[];
};

// Words that DuckDB does not take as a name without quotes.
const RESERVED: ReadonlySet<string> = new Set(
  `all analyse analyze and any anti array as asc asof asymmetric at authorization between bigint binary bit boolean both by
  case cast char character check coalesce collate collation column columns concurrently constraint create cross dec decimal
  default deferrable desc describe distinct do else end except exists extract false fetch float for foreign freeze from full
  generated glob group grouping grouping_id having ilike in initially inner inout int integer intersect interval into is isnull
  join lambda lateral leading left like limit map national natural nchar none not notnull null nullif numeric offset on only or
  order out outer overlaps overlay pivot pivot_longer pivot_wider placing position positional precision primary qualify real
  references returning right row select semi setof show similar smallint some struct substring summarize symmetric table
  tablesample then time timestamp to trailing treat trim true try_cast tsv union unique unpivot using values varchar variadic
  verbose when where window with xmlattributes`.split(/\s+/),
);
const LINE_WIDTH = 90;

/** A name, in quotes only where it needs them. */
export function quoted(name: string): string {
  return /^[a-z_][a-z0-9_]*$/i.test(name) && !RESERVED.has(name.toLowerCase())
    ? name
    : `"${name.replaceAll('"', '""')}"`;
}

export function textLiteral(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

export function query(parts: Partial<Query> & Pick<Query, "select" | "from">): Query {
  return {
    with: [],
    distinct: false,
    joins: [],
    where: [],
    groupBy: [],
    having: null,
    qualify: null,
    orderBy: [],
    ...parts,
  };
}

function indented(text: string): string {
  return text.replace(/^/gm, "  ");
}

/** A list on one line where it fits, else an item a line. */
function listed(keyword: string, items: string[]): string {
  const line = `${keyword} ${items.join(", ")}`;
  return line.length <= LINE_WIDTH && !line.includes("\n") ? line : `${keyword}\n${indented(items.join(",\n"))}`;
}

/** The query as people write it: clauses on lines of their own. */
export function queryText(parts: Query): string {
  const [first = "true", ...more] = parts.where;
  const lines = [
    ...withText(parts.with),
    listed(parts.distinct ? "select distinct" : "select", parts.select),
    `from ${parts.from}`,
    ...parts.joins,
    ...(parts.where.length > 0 ? [`where ${first}`, ...more.map((condition) => `  and ${condition}`)] : []),
    ...(parts.groupBy.length > 0 ? [listed("group by", parts.groupBy)] : []),
    ...(parts.having ? [`having ${parts.having}`] : []),
    ...(parts.qualify ? [`qualify ${parts.qualify}`] : []),
    ...(parts.orderBy.length > 0 ? [listed("order by", parts.orderBy)] : []),
  ];
  return lines.join("\n");
}

function withText(tables: Query["with"]): string[] {
  if (tables.length === 0) return [];
  return [
    `with ${tables.map(({ name, query: inner }) => `${name} as (\n${indented(queryText(inner))}\n)`).join(", ")}`,
  ];
}
