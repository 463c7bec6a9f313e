import type { TableProfile } from "@pharmadb/contracts";
import type { ToolRegistry, ToolResult } from "@pharmadb/tools";
import type { ResearchJob } from "../research-job.ts";
import { passageEvidence, tableEvidence } from "./sample-evidence.ts";

const PROFILE: TableProfile = {
  name: null,
  label: null,
  row_count: 42,
  columns: [
    {
      name: "AESER",
      label: null,
      type: "text",
      sql_type: "VARCHAR",
      null_share: 0,
      distinct_count: 2,
      min: "N",
      max: "Y",
      common: [{ value: "N", count: 30 }],
    },
  ],
};

export const SAMPLE_JOB: ResearchJob = {
  id: "res_test",
  question: "How many adverse events were serious?",
  files: [
    {
      id: "file_1",
      name: "adae.csv",
      bytes: 10,
      sha256: "ab",
      media_type: "text/csv",
      kind: "table",
      profile: { ...PROFILE, more_tables: [] },
      path: "/nowhere/adae.csv",
    },
  ],
  missingFiles: [],
  depth: "standard",
  sources: ["files"],
  budget: null,
  outputSchema: null,
};

const INPUT = { type: "object", properties: {}, required: [], additionalProperties: false };

/** Tools that answer every query with the one count 42; `onCall` may answer or fail instead. */
export function createSampleTools(onCall?: (name: string, args: string) => ToolResult | undefined): ToolRegistry & {
  calls: string[];
} {
  const calls: string[] = [];
  const names = ["tables_list", "tables_describe", "tables_query", "documents_search", "openfda_search"];
  return {
    calls,
    descriptions: () => names.map((name) => ({ name, description: `Does ${name}.`, inputSchema: INPUT })),
    async call(name, args, signal) {
      signal.throwIfAborted();
      if (!name.startsWith("tables_list") && !name.startsWith("tables_describe")) calls.push(`${name} ${args}`);
      return onCall?.(name, args) ?? answer(name, args);
    },
  };
}

function answer(name: string, args: string): ToolResult {
  if (name === "tables_list") {
    const data = { tables: [{ table: "adae", file_id: "file_1", file_name: "adae.csv" }] };
    return { ok: true, content: "adae", data, evidence: [] };
  }
  if (name === "tables_describe") {
    return { ok: true, content: "adae", data: { table: "adae", profile: PROFILE }, evidence: [] };
  }
  if (name === "documents_search") {
    const { tool, arguments: used, query, content, sources } = passageEvidence(1, "The dose was 81 mg.");
    return {
      ok: true,
      content: "…",
      data: { passages: [] },
      evidence: [{ tool, arguments: used, query, content, sources }],
    };
  }
  const { sql } = JSON.parse(args) as { sql: string };
  const { tool, content, sources } = tableEvidence(1, { n: "BIGINT" }, [[42]]);
  return {
    ok: true,
    content: "42",
    data: content,
    evidence: [{ tool, arguments: { sql }, query: sql, content, sources }],
  };
}
