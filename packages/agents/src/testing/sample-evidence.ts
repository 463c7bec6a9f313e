import { type Evidence, type JsonValue, sha256OfJson } from "@pharmadb/contracts";

function evidence(n: number, rest: Pick<Evidence, "tool" | "arguments" | "query" | "content" | "sources">): Evidence {
  const created_at = "2026-01-01T00:00:00.000Z";
  return { ...rest, object: "evidence", n, research_id: "res_test", sha256: sha256OfJson(rest.content), created_at };
}

/** Evidence of a query: columns as `{name: type}`. */
export function tableEvidence(
  n: number,
  columns: Record<string, string>,
  rows: JsonValue[][],
  { sql = "SELECT * FROM adae", truncated = false }: { sql?: string; truncated?: boolean } = {},
): Evidence {
  return evidence(n, {
    tool: "tables_query",
    arguments: { sql, purpose: "to see 99 things" },
    query: sql,
    content: {
      columns: Object.entries(columns).map(([name, type]) => ({ name, type })),
      rows,
      row_count: rows.length,
      truncated,
    },
    sources: [fileSource("adae.csv", null, null)],
  });
}

/** Evidence of a passage on a page. */
export function passageEvidence(n: number, text: string, page = 3, section: string | null = null): Evidence {
  return evidence(n, {
    tool: "documents_search",
    arguments: { query: "dose", limit: 5 },
    query: "dose",
    content: { passage: 7, text, page, section },
    sources: [fileSource("protocol.pdf", page, section)],
  });
}

function fileSource(name: string, page: number | null, section: string | null): Evidence["sources"][number] {
  return { kind: "file", file_id: "file_1", file_sha256: "ab", name, page, section, url: null };
}
