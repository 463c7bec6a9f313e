import { type JsonObject, type JsonValue, PassageContent, type Searched, TableContent } from "@pharmadb/contracts";
import type { RecordedToolResult } from "../journal.ts";
import { sourceOfTool } from "./offered-tools.ts";

/** One search or query that ran, also one that found nothing. */
export type SearchEntry = { step: number; source: string; query: string; found: number; evidence: number[] };

// Listing and reading are no searches: they return what was asked for by name.
const NO_SEARCH = /_(list|describe|sample|read|get)$/;

/** What a tool call searched for; null where it was no search or could not be run. */
export function searchEntry(
  step: number,
  tool: string,
  args: JsonObject,
  result: RecordedToolResult,
): SearchEntry | null {
  if (!result.ok || NO_SEARCH.test(tool)) return null;
  const asked = [result.evidence[0]?.query, args.sql, args.query].find((query) => typeof query === "string");
  const evidence = result.evidence.map(({ n }) => n);
  return {
    step,
    source: sourceOfTool(tool),
    query: asked ?? JSON.stringify(args),
    found: countFound(result),
    evidence,
  };
}

function countFound({ data, evidence }: RecordedToolResult): number {
  const table = TableContent.safeParse(data);
  if (table.success) return table.data.row_count;
  const total = totalOf(data);
  return total ?? evidence.filter(({ content }) => PassageContent.safeParse(content).success).length;
}

/** Public sources tell how many records match beyond those they return. */
function totalOf(data: JsonValue): number | null {
  if (data === null || typeof data !== "object" || Array.isArray(data)) return null;
  return typeof data.total === "number" ? data.total : null;
}

/** The report's list of searches: the same one twice counts once, `used` counts evidence that the report cites. */
export function searchedList(entries: SearchEntry[], cited: ReadonlySet<number>): Searched[] {
  const merged = new Map<string, Searched & { numbers: Set<number> }>();
  for (const { source, query, found, evidence } of entries) {
    const key = `${source}\n${query}`;
    const numbers = merged.get(key)?.numbers ?? new Set<number>();
    for (const n of evidence) if (cited.has(n)) numbers.add(n);
    merged.set(key, { source, query, found, used: 0, numbers });
  }
  return [...merged.values()].map(({ source, query, found, numbers }) => ({
    source,
    query,
    found,
    used: numbers.size,
  }));
}
