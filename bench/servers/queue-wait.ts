// How long a tenant's interactive job waits for a worker while another tenant's jobs fill all of its places and more of
// them wait. The floor is the wait with nothing else waiting.
import { setTimeout as sleep } from "node:timers/promises";
import { startApiProcess } from "@pharmadb/cli/testing";
import { openPostgres, type Sql } from "@pharmadb/store";
import { startBenchChild } from "../child-process.ts";
import { type Figure, oneDecimal, percentile, printTable, twoDecimals } from "../figures.ts";
import { type Servers, startServers } from "./start-servers.ts";

const BACKLOGS = [0, 10_000, 200_000] as const;
const CONCURRENCY = 20;
const JOB_MS = 200;
const SAMPLES = 150;
const LOOK_MS = 1;
const TARGET_RATIO = 2;

// As a submission writes them, a great many at once; `taken` is where the last ones ended.
const FILL = `
  insert into research (id, tenant_id, priority, request, event_seq)
  select 'res_' || lpad(($2::integer + n)::text, 26, '0'), 'busy', 'interactive',
    '{"question": "What is there?", "file_ids": [], "depth": "quick", "priority": "interactive", "metadata": {}}', 1
  from generate_series(1, $1::integer) as n`;

/** Keeps all places of the worker taken, and no job waiting, until the signal fires. Gives the number of its last job. */
async function keepBusy(sql: Sql, taken: number, signal: AbortSignal): Promise<number> {
  let last = taken;
  while (!signal.aborted) {
    const [row] = await sql.query<{ unfinished: number }>(
      "select count(*)::integer as unfinished from research where tenant_id = 'busy' and status in ('queued', 'running')",
    );
    const free = CONCURRENCY - (row?.unfinished ?? 0);
    if (free > 0) {
      await sql.query(FILL, [free, last]);
      last += free;
    }
    await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
  return last;
}

/** How long each of some jobs waited that were submitted one after the other. */
async function waitsMs(url: string, sql: Sql): Promise<number[]> {
  const body = JSON.stringify({ question: "What is there?", sources: ["files"], file_ids: [await fileOf(sql)] });
  const waits: number[] = [];
  for (let sample = 0; sample < SAMPLES; sample++) {
    const headers = { "content-type": "application/json", prefer: "wait=30" };
    const response = await fetch(`${url}/api/v1/research`, { method: "POST", headers, body });
    const job = (await response.json()) as { created_at: string; started_at: string };
    waits.push(Date.parse(job.started_at) - Date.parse(job.created_at));
  }
  return waits;
}

async function fileOf(sql: Sql): Promise<string> {
  const [row] = await sql.query<{ id: string }>("select id from files limit 1");
  return row?.id ?? "";
}

export async function benchQueueWait(): Promise<Figure[]> {
  await using servers = await startServers();
  await using api = await startApiProcess({ env: servers.env });
  await api.client.uploadFile(new URL("../../samples/trial/ae.csv", import.meta.url).pathname);
  await using stack = new AsyncDisposableStack();
  const { sql } = stack.adopt(
    await openPostgres({ connectionString: servers.databaseUrl, maxConnections: 4 }),
    (opened) => opened.close(),
  );
  await using _worker = await startSleepingWorker(servers);
  const rows: (string | number)[][] = [];
  const medians: number[] = [];
  let taken = 0;
  let waiting = 0;
  for (const backlog of BACKLOGS) {
    const more = backlog - waiting;
    await sql.query(FILL, [more, taken]);
    taken += more;
    waiting = backlog;
    await sql.query("analyze research");
    const done = new AbortController();
    // A backlog fills the places by itself; it is so long that what is taken of it meanwhile does not count.
    const keeping = backlog === 0 ? keepBusy(sql, taken, done.signal) : Promise.resolve(taken);
    await sleep(2 * JOB_MS);
    const waits = await waitsMs(api.url, sql);
    done.abort();
    taken = await keeping;
    const shares = [0.5, 0.95].map((share) => percentile(waits, share));
    medians.push(shares[0] ?? Number.NaN);
    rows.push([
      backlog,
      ...shares.map(oneDecimal),
      twoDecimals((shares[0] ?? Number.NaN) / (medians[0] ?? Number.NaN)),
    ]);
  }
  printTable(
    `Wait of a new tenant's interactive job (${CONCURRENCY} places, all taken by jobs of about ${JOB_MS} ms, so one is free every ${JOB_MS / CONCURRENCY} ms)`,
    ["waiting", "p50 ms", "p95 ms", "÷ with none waiting"],
    rows,
  );
  const [none = Number.NaN] = medians;
  return BACKLOGS.slice(1).map((backlog, index) => {
    const ratio = (medians[index + 1] ?? Number.NaN) / none;
    return {
      name: `wait of a new interactive job, ${backlog} others waiting ÷ none`,
      value: twoDecimals(ratio),
      target: `at most ${TARGET_RATIO}`,
      met: ratio <= TARGET_RATIO,
    };
  });
}

function startSleepingWorker({ databaseUrl, redisUrl, env }: Servers) {
  return startBenchChild(new URL("./sleeping-worker.ts", import.meta.url), [
    databaseUrl,
    redisUrl,
    env.PHARMADB_DATA_DIR ?? "",
    String(CONCURRENCY),
    String(JOB_MS),
  ]);
}
