import {
  applyMigrations,
  claimResearch,
  getResearch,
  type JournalWriter,
  loadJournal,
  openJournalWriter,
  openPostgres,
} from "@pharmadb/store";
// biome-ignore lint/style/noRestrictedImports: a server that restarts is what this is about.
import { dispatchedResearch, findPostgres, startPostgres } from "@pharmadb/store/testing";
import { expect, test } from "vitest";
import { openJournal } from "./open-journal.ts";

const noPostgres = (await findPostgres()) === null;
const TENANT = "default";

/**
 * A PostgreSQL of its own, with jobs whose first attempt begins, and one way in for their steps, whose statements may take
 * so long.
 */
async function openRecord(stack: AsyncDisposableStack, statementMs = 60_000) {
  const postgres = stack.use(await startPostgres());
  const open = async (timing?: { statementMs: number; answerMs: number }) => {
    const options = { connectionString: postgres.connectionString, maxConnections: 4, ...(timing && { timing }) };
    return stack.adopt(await openPostgres(options), (opened) => opened.close()).sql;
  };
  const sql = await open();
  await applyMigrations(sql);
  const writer = openJournalWriter(await open({ statementMs, answerMs: 75_000 }));
  let refused = 0;
  const write: JournalWriter = (step) =>
    writer(step).catch((error) => {
      refused++;
      throw error;
    });

  async function begin() {
    const id = await dispatchedResearch(sql, TENANT);
    const claim = await claimResearch(sql, { id, dispatch: 1, workerId: "worker" });
    if (claim.outcome !== "claimed") throw new Error(`The claim was ${claim.outcome}.`);
    const { signal } = new AbortController();
    const { research } = claim;
    return {
      id,
      journal: openJournal({ sql, write, research, stored: new Map(), onWritten: () => undefined, signal }),
    };
  }
  return { postgres, sql, begin, refused: () => refused };
}

test.skipIf(noPostgres)(
  `a model call that ends while Postgres is away is stored when it is back${noPostgres ? " (none here)" : ""}`,
  async () => {
    await using stack = new AsyncDisposableStack();
    const { postgres, sql, begin, refused } = await openRecord(stack);
    const { id, journal } = await begin();
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

test.skipIf(noPostgres)(
  `a step whose job somebody has locked for longer than a statement may take is stored afterwards, others before${noPostgres ? " (none here)" : ""}`,
  async () => {
    await using stack = new AsyncDisposableStack();
    const { sql, begin, refused } = await openRecord(stack, 200);
    const [mine, other] = [await begin(), await begin()];
    const locked = Promise.withResolvers<void>();
    const free = Promise.withResolvers<void>();
    const locking = sql.transaction(async (transaction) => {
      await transaction.query("select from research where id = $1 for update", [mine.id]);
      locked.resolve();
      await free.promise;
    });
    await locked.promise;
    const step = mine.journal.step("model", async () => ({ output: "paid" }));
    expect(await other.journal.step("model", async () => ({ output: "paid, too" }))).toBe("paid, too");
    await expect.poll(refused).toBeGreaterThan(0);
    free.resolve();
    await locking;
    expect(await step).toBe("paid");
  },
);
