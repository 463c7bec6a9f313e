// A process for the crash test: writes jobs into the record of a folder without end and tells of each write on
// stdout, once it is answered. Several jobs at once, so that a kill meets transactions under way.
import { newId, ResearchRequest } from "@pharmadb/contracts";
import {
  applyMigrations,
  claimResearch,
  createResearch,
  finishResearch,
  openPglite,
  type Sql,
  saveStep,
} from "../index.ts";

const TENANT = "default";
const LANES = 4;
const STEPS = 5;

async function writeJob(sql: Sql): Promise<void> {
  const id = newId("res");
  const tell = (what: object) => process.stdout.write(`${JSON.stringify({ id, ...what })}\n`);
  const request = ResearchRequest.parse({ question: "Does it survive?" });
  await createResearch(sql, {
    tenantId: TENANT,
    id,
    request,
    timeoutSeconds: null,
    expiresAt: null,
    idempotency: null,
  });
  tell({ status: "queued" });
  await sql.query("update research set dispatch = 1, dispatched_at = clock_timestamp() where id = $1", [id]);
  await claimResearch(sql, { id, dispatch: 1, workerId: "worker" });
  tell({ status: "running" });
  for (let step = 1; step <= STEPS; step++) {
    const content = "x".repeat(10_000);
    await saveStep(sql, {
      researchId: id,
      attempt: 1,
      key: `step.${step}`,
      output: (evidence) => evidence,
      evidence: [{ tool: "test", arguments: {}, query: null, content, sources: [] }],
      usage: { tool_calls: 1 },
      events: () => [{ key: `step.${step}`, type: "step.completed", data: { step } }],
    });
    tell({ status: "running", steps: step });
  }
  await finishResearch(sql, { id, attempt: 1, outcome: { status: "cancelled" } });
  tell({ status: "cancelled", steps: STEPS });
}

const [dataDir = ""] = process.argv.slice(2);
const { sql } = await openPglite({ dataDir });
await applyMigrations(sql);
await Promise.all(
  Array.from({ length: LANES }, async () => {
    for (;;) await writeJob(sql);
  }),
);
