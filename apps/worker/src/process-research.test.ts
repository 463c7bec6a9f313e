import { AppError } from "@pharmadb/contracts";
import {
  applyMigrations,
  getResearch,
  loadJournal,
  openJournalWriter,
  openPostgres,
  RecordUnreachable,
  type Sql,
} from "@pharmadb/store";
// biome-ignore lint/style/noRestrictedImports: a server that restarts is what this is about.
import { dispatchedResearch, findPostgres, startPostgres } from "@pharmadb/store/testing";
import { expect, test, vi } from "vitest";
import { processResearch, type RunAgents } from "./process-research.ts";
import { emptyReport, openWorld, TENANT } from "./testing/open-world.ts";
import { TIMING } from "./timing.ts";

vi.setConfig({ testTimeout: 120_000 });

const noPostgres = (await findPostgres()) === null;
const none = noPostgres ? " (none here)" : "";

/** A worker's way to process jobs, on a PostgreSQL of its own that can be stopped. */
async function openProcessing(stack: AsyncDisposableStack) {
  const world = stack.use(await openWorld());
  const postgres = stack.use(await startPostgres());
  const { connectionString } = postgres;
  const { sql } = stack.adopt(await openPostgres({ connectionString, maxConnections: 4 }), (opened) => opened.close());
  await applyMigrations(sql);
  let refused = 0;
  const counted: Sql = {
    ...sql,
    query: (text, parameters, options) =>
      sql.query(text, parameters, options).catch((error: unknown) => {
        if (error instanceof RecordUnreachable) refused++;
        throw error;
      }) as never,
  };
  const handingBack = new AbortController();
  const deps = {
    sql: counted,
    write: openJournalWriter(sql),
    queues: world.queues,
    files: world.files,
    sandbox: { inspect: unused, query: unused, passages: unused, close: async () => undefined },
    logger: world.logger,
    metrics: world.metrics,
    model: { name: "none", respond: unused },
    tempDir: world.tempDir,
    requestTimeoutSeconds: 60,
    timing: TIMING,
    dispatcher: { placeFreed: () => undefined },
    workerId: "worker",
    handingBack: handingBack.signal,
  };

  async function begin(runAgents: RunAgents) {
    const id = await dispatchedResearch(sql, TENANT);
    const entry = { id, dispatch: 1, priority: "interactive" as const };
    const { signal } = new AbortController();
    // Caught at once, for it may fail before it is looked at.
    const done = processResearch(entry, { ...deps, runAgents }, signal).catch((error: unknown) => error);
    return { id, done };
  }
  return { postgres, sql, handingBack, begin, refused: () => refused };
}

function unused(): Promise<never> {
  return Promise.reject(new Error("This is not for this test."));
}

test.skipIf(noPostgres).each([
  ["completes", null, { status: "completed", attempt: 1, report: { title: "Paid" } }, []],
  ["fails", "model_refused", { status: "failed", attempt: 1 }, [["attempt.1.end", "failed"]]],
  ["is tried again", "model_unavailable", { status: "queued", attempt: 1 }, [["attempt.1.end", "retried"]]],
] as const)(`a job that %s while Postgres is away does so once it is back${none}`, async (_, code, end, notes) => {
  await using stack = new AsyncDisposableStack();
  const { postgres, sql, begin, refused } = await openProcessing(stack);
  const { id, done } = await begin(async () => {
    await postgres.stop();
    if (code) throw new AppError(code, "On purpose.");
    return emptyReport("Paid");
  });
  await expect.poll(refused, { timeout: 30_000 }).toBeGreaterThan(0);
  await postgres.start();
  expect(await done).toBeUndefined();
  expect(await getResearch(sql, TENANT, id)).toMatchObject(end);
  expect([...(await loadJournal(sql, id))]).toEqual(notes);
});

test.skipIf(noPostgres)(`a worker that must hand its jobs back waits no longer for Postgres${none}`, async () => {
  await using stack = new AsyncDisposableStack();
  const { postgres, handingBack, begin, refused } = await openProcessing(stack);
  const { done } = await begin(async () => {
    await postgres.stop();
    return emptyReport();
  });
  await expect.poll(refused, { timeout: 30_000 }).toBeGreaterThan(0);
  handingBack.abort();
  expect(await done).toBeInstanceOf(RecordUnreachable);
});
