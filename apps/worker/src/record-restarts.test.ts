import { newId, ResearchRequest } from "@pharmadb/contracts";
import {
  applyMigrations,
  claimResearch,
  createResearch,
  getResearch,
  loadJournal,
  openJournalWriter,
  openPostgres,
} from "@pharmadb/store";
// biome-ignore lint/style/noRestrictedImports: a server that restarts is what this is about.
import { findPostgres, startPostgres } from "@pharmadb/store/testing";
import { expect, test } from "vitest";
import { openJournal } from "./open-journal.ts";

const noPostgres = (await findPostgres()) === null;
const TENANT = "default";

/** A job whose first attempt has begun, on a PostgreSQL of its own, with its journal. */
async function startAttempt(stack: AsyncDisposableStack) {
  const postgres = stack.use(await startPostgres());
  const { sql } = stack.adopt(
    await openPostgres({ connectionString: postgres.connectionString, maxConnections: 4 }),
    (opened) => opened.close(),
  );
  await applyMigrations(sql);
  const id = newId("res");
  const request = ResearchRequest.parse({ question: "How many?" });
  const nothing = { timeoutSeconds: null, expiresAt: null, idempotency: null };
  await createResearch(sql, { tenantId: TENANT, id, request, ...nothing });
  await sql.query("update research set dispatch = 1, dispatched_at = clock_timestamp() where id = $1", [id]);
  const claim = await claimResearch(sql, { id, dispatch: 1, workerId: "worker" });
  if (claim.outcome !== "claimed") throw new Error(`The claim was ${claim.outcome}.`);
  let refused = 0;
  const write = openJournalWriter(sql);
  const journal = openJournal({
    sql,
    write: (step) =>
      write(step).catch((error) => {
        refused++;
        throw error;
      }),
    research: claim.research,
    stored: new Map(),
    onWritten: () => undefined,
    signal: new AbortController().signal,
  });
  return { postgres, sql, id, journal, refused: () => refused };
}

test.skipIf(noPostgres)(
  `a model call that ends while Postgres is away is stored when it is back${noPostgres ? " (none here)" : ""}`,
  async () => {
    await using stack = new AsyncDisposableStack();
    const { postgres, sql, id, journal, refused } = await startAttempt(stack);
    let calls = 0;
    const step = journal.step("model", async () => {
      calls++;
      await postgres.stop();
      return { output: { text: "paid" }, usage: { model_calls: 1, cost_usd: 0.5 } };
    });
    await expect.poll(refused).toBeGreaterThan(0);
    await Promise.all([postgres.start(), expect(step).resolves.toEqual({ text: "paid" })]);
    expect(calls).toBe(1);
    expect(await loadJournal(sql, id)).toEqual(new Map([["model", { text: "paid" }]]));
    expect((await getResearch(sql, TENANT, id))?.usage).toMatchObject({ model_calls: 1, cost_usd: 0.5 });
  },
);
