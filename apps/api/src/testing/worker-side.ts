import { AppError, type NewEvidence, type Report } from "@pharmadb/contracts";
import { appendEvents, claimResearch, finishResearch, type ResearchOutcome, saveStep } from "@pharmadb/store";
import type { TestParts } from "./start-test-api.ts";

type Parts = Pick<TestParts, "sql" | "queues">;

/** Does to a job what a worker does: writes to the record, then wakes those who wait. */
export type WorkerSide = {
  emit(title: string): Promise<void>;
  saveEvidence(evidence: NewEvidence[]): Promise<void>;
  finish(outcome: ResearchOutcome): Promise<void>;
};

/** Takes a job as a worker does. */
export async function claim({ sql, queues }: Parts, researchId: string): Promise<WorkerSide> {
  const [row] = await sql.query<{ dispatch: number }>(
    "update research set dispatch = dispatch + 1, dispatched_at = clock_timestamp() where id = $1 returning dispatch",
    [researchId],
  );
  const claimed = await claimResearch(sql, { id: researchId, dispatch: row?.dispatch ?? 0, workerId: "worker" });
  if (claimed.outcome !== "claimed") throw new AppError("conflict", `not claimed: ${claimed.outcome}`);
  const { attempt } = claimed.research;
  const notify = () => queues.wakeups.notify(researchId);
  await notify();
  let steps = 0;
  return {
    async emit(title) {
      const event = { key: `step.${++steps}`, type: "step.started" as const, data: { step: steps, title } };
      await appendEvents(sql, { researchId, attempt, events: [event] });
      await notify();
    },
    async saveEvidence(evidence) {
      const key = `research.1.turn.1.tool.${++steps}`;
      await saveStep(sql, { researchId, attempt, key, output: null, evidence, usage: {}, events: () => [] });
      await notify();
    },
    async finish(outcome) {
      await finishResearch(sql, { id: researchId, attempt, outcome });
      await notify();
    },
  };
}

/** A report on one figure. */
export const REPORT: Report = {
  title: "Serious events <b>by arm</b>",
  answer: "One subject had a serious event [E1].",
  model: "embedded-analyst",
  findings: [
    { statement: "1 subject had one [E1].", evidence: [1], confidence: "high", verdict: "supported", issues: [] },
  ],
  tables: [{ title: "By arm", columns: ["ARM", "n"], rows: [["Drug", 1]], evidence: 1 }],
  charts: [],
  searched: [],
  partial: false,
  limitations: [],
  output: null,
  markdown: "# Serious events\n\nOne subject had a serious event [E1].\n",
};

/** The evidence of a query over uploaded tables. */
export function queryEvidence(
  sql: string,
  { columns, rows }: { columns: { name: string; type: string }[]; rows: (string | number)[][] },
  files: { id: string; sha256: string; name: string }[],
): NewEvidence {
  return {
    tool: "tables_query",
    arguments: { sql, purpose: "test" },
    query: sql,
    content: { columns, rows, row_count: rows.length, truncated: false },
    sources: files.map(({ id, sha256, name }) => ({
      kind: "file",
      file_id: id,
      file_sha256: sha256,
      name,
      page: null,
      section: null,
      url: null,
    })),
  };
}
