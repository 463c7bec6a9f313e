// From the submission of a job until a worker holds it, on PGlite, nothing else being to do: through the record, the
// backlog and the dispatcher, against a row in a table and bare BullMQ.
import { newId, parse, ResearchRequest } from "@pharmadb/contracts";
import { openQueues } from "@pharmadb/queue";
import {
  applyMigrations,
  claimResearch,
  createResearch,
  type Database,
  finishResearch,
  openDispatcher,
  openPglite,
  renewLease,
} from "@pharmadb/store";
import { createPostgresBackend, Queue, runMigrations, Worker } from "bullmq";
import { type Figure, percentile, printTable, twoDecimals } from "./figures.ts";

const SAMPLES = 300;
const WARM_UP = 30;
const TARGET_MS = 20;

type Measured = AsyncDisposable & { add(id: string): Promise<void>; onStart: (id: string) => void };

async function ownQueue(database: Database): Promise<Measured> {
  const { sql } = database;
  await applyMigrations(sql);
  const queues = await openQueues({ database: database.pool });
  const workerId = "bench";
  await renewLease(sql, { id: workerId, queues: ["research"], concurrency: 10 }, { leaseMs: 3_600_000 });
  const dispatcher = openDispatcher({ sql, add: queues.research.addBulk, onError: console.error });
  const request = parse(ResearchRequest, { question: "How long does it take?" });
  const measured: Measured = {
    onStart: () => undefined,
    async add(id) {
      const rest = { timeoutSeconds: null, expiresAt: null, idempotency: null };
      await createResearch(sql, { tenantId: "bench", id, request, ...rest });
      dispatcher.poke();
    },
    [Symbol.asyncDispose]: async () => {
      await worker.close();
      await dispatcher.close();
      await queues.close();
    },
  };
  const worker = queues.startResearchWorker({
    concurrency: 10,
    async process(entry) {
      await claimResearch(sql, { ...entry, workerId });
      measured.onStart(entry.id);
      await finishResearch(sql, { id: entry.id, attempt: 1, outcome: { status: "cancelled" } });
    },
    giveBack: async () => undefined,
  });
  return measured;
}

async function bareQueue(database: Database): Promise<Measured> {
  const client = await database.pool.connect();
  await runMigrations(client);
  client.release();
  const options = { connection: database.pool };
  const queue = new Queue("floor", options, createPostgresBackend);
  await database.sql.query("create table floor (id text primary key, held boolean not null default false)");
  const measured: Measured = {
    onStart: () => undefined,
    async add(id) {
      await database.sql.query("insert into floor (id) values ($1)", [id]);
      await queue.add("floor", {}, { jobId: id, removeOnComplete: true });
    },
    [Symbol.asyncDispose]: async () => {
      await worker.close();
      await queue.close();
    },
  };
  const worker = new Worker(
    "floor",
    async ({ id = "" }) => {
      await database.sql.query("update floor set held = true where id = $1", [id]);
      measured.onStart(id);
    },
    { ...options, concurrency: 10 },
    createPostgresBackend,
  );
  await worker.waitUntilReady();
  return measured;
}

/** Milliseconds from the call of `add` to the start, one job at a time. */
async function sample(measured: Measured): Promise<number[]> {
  const took: number[] = [];
  for (let i = 0; i < WARM_UP + SAMPLES; i++) {
    const id = newId("res");
    const start = performance.now();
    const started = new Promise<void>((resolve) => {
      measured.onStart = (each) => each === id && resolve();
    });
    await measured.add(id);
    await started;
    if (i >= WARM_UP) took.push(performance.now() - start);
  }
  return took;
}

export async function benchAddToStart(): Promise<Figure[]> {
  const results: number[][] = [];
  for (const open of [bareQueue, ownQueue]) {
    const database = await openPglite({ dataDir: null });
    {
      await using measured = await open(database);
      results.push(await sample(measured));
    }
    await database.close();
  }
  const [floor = [], ours = []] = results;
  const at = (share: number) => [percentile(floor, share), percentile(ours, share)] as const;
  printTable(
    `From submission to start on PGlite (${SAMPLES} jobs, one at a time; target: p50 under ${TARGET_MS} ms)`,
    ["", "row and bare BullMQ ms", "service ms", "÷"],
    [0.5, 0.95, 0.99].map((share) => {
      const [a, b] = at(share);
      return [`p${share * 100}`, twoDecimals(a), twoDecimals(b), twoDecimals(b / a)];
    }),
  );
  const [bare, service] = at(0.5);
  return [
    {
      name: "from submission to start, median (a row and bare BullMQ)",
      value: `${twoDecimals(service)} ms (${twoDecimals(bare)} ms)`,
      target: `under ${TARGET_MS} ms`,
      met: service < TARGET_MS,
    },
  ];
}
