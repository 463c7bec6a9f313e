// What a worker process on Redis and Postgres gets done and what a job costs it, against the ideal (as many jobs at
// once as it may run, and the model's time) and against a raw BullMQ worker that only calls the model.
import { startWorkerProcess } from "@pharmadb/cli/testing";
import { newId, parse, ResearchRequest } from "@pharmadb/contracts";
import { createResearchMany, openPostgres, type Sql } from "@pharmadb/store";
import { type BenchChild, startBenchChild } from "../child-process.ts";
import { cpuMsOf, type Figure, oneDecimal, printTable, twoDecimals } from "../figures.ts";
import type { ModelServerAnswer } from "../model-server.ts";
import type { PlainAnswer } from "./plain-worker.ts";
import { type Servers, startServers } from "./start-servers.ts";

const LATENCY_MS = 200;
const ANSWERS_PER_JOB = 4;
const WARM_UP_JOBS = 400;
const LOOK_MS = 50;
const TARGET_RATIO = 2;
const CONCURRENCIES = [
  { concurrency: 50, jobs: 400 },
  { concurrency: 200, jobs: 1000 },
  { concurrency: 1000, jobs: 2000 },
] as const;

type Run = { perSecond: number; cpuMs: number };
type Measured = { concurrency: number; jobs: number; ours: Run; plain: Run; ideal: number };

/** Puts so many jobs into the backlog, where the worker finds them, and waits until they have ended. */
async function runJobs(sql: Sql, jobs: number, pid: number): Promise<Run> {
  await submit(sql, jobs);
  const cpuBefore = cpuMsOf(pid);
  for (let left = jobs; left > 0; ) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const [row] = await sql.query<{ left: number }>(
      "select count(*)::integer as left from research where status in ('queued', 'running')",
    );
    left = row?.left ?? 0;
  }
  const cpuMs = (cpuMsOf(pid) - cpuBefore) / jobs;
  const [row] = await sql.query<{ seconds: number; completed: number }>(
    `with ours as (select * from research order by id desc limit $1)
     select extract(epoch from max(finished_at) - min(started_at))::float8 as seconds,
       (count(*) filter (where status = 'completed'))::integer as completed
     from ours`,
    [jobs],
  );
  if (row?.completed !== jobs) throw new Error(`Of ${jobs} jobs ${row?.completed} were completed.`);
  return { perSecond: jobs / row.seconds, cpuMs };
}

async function submit(sql: Sql, jobs: number): Promise<void> {
  const request = parse(ResearchRequest, { question: "What is there?", depth: "quick", sources: ["files"] });
  const created = await createResearchMany(
    sql,
    Array.from({ length: jobs }, () => ({
      tenantId: "bench",
      id: newId("res"),
      request,
      timeoutSeconds: null,
      expiresAt: null,
      idempotency: null,
    })),
  );
  for (const one of created) if (one instanceof Error) throw one;
}

async function measure(
  { concurrency, jobs }: (typeof CONCURRENCIES)[number],
  servers: Servers,
  sql: Sql,
  model: BenchChild,
): Promise<Measured> {
  const { url } = await model.ask<ModelServerAnswer>({});
  const ours = await measureOurs({ concurrency, jobs, url }, servers, sql);
  const { bodies } = await model.ask<ModelServerAnswer>({});
  if (bodies.length !== ANSWERS_PER_JOB) throw new Error(`A job asks the model ${bodies.length} times.`);
  const plain = await measurePlain({ concurrency, jobs, url, bodies }, servers);
  return { concurrency, jobs, ours, plain, ideal: concurrency / ((LATENCY_MS * ANSWERS_PER_JOB) / 1000) };
}

type Load = { concurrency: number; jobs: number; url: string };

async function measureOurs({ concurrency, jobs, url }: Load, servers: Servers, sql: Sql): Promise<Run> {
  await using worker = await startWorkerProcess({
    env: { ...servers.env, ...modelVariables(url, concurrency), WORKER_CONCURRENCY: String(concurrency) },
  });
  await runJobs(sql, WARM_UP_JOBS, worker.pid);
  // Awaited here, for the worker ends with this block.
  return await runJobs(sql, jobs, worker.pid);
}

async function measurePlain(
  { concurrency, jobs, url, bodies }: Load & { bodies: unknown[] },
  { redisUrl }: Servers,
): Promise<Run> {
  const child = new URL("./plain-worker.ts", import.meta.url);
  await using plain = await startBenchChild(child, [redisUrl, url, String(concurrency)]);
  await plain.ask<PlainAnswer>({ jobs: WARM_UP_JOBS, bodies });
  const { wallMs, cpuMs } = await plain.ask<PlainAnswer>({ jobs, bodies });
  return { perSecond: (jobs / wallMs) * 1000, cpuMs: cpuMs / jobs };
}

const modelVariables = (url: string, connections: number) => ({
  OPENAI_API_KEY: "sk-bench",
  OPENAI_BASE_URL: url,
  OPENAI_MAX_CONNECTIONS: String(connections),
});

export async function benchServersJobs(): Promise<Figure[]> {
  await using servers = await startServers();
  await using model = await startBenchChild(new URL("../model-server.ts", import.meta.url), [String(LATENCY_MS)]);
  await using stack = new AsyncDisposableStack();
  const { sql } = stack.adopt(
    await openPostgres({ connectionString: servers.databaseUrl, maxConnections: 4 }),
    (opened) => opened.close(),
  );
  const measured: Measured[] = [];
  for (const load of CONCURRENCIES) measured.push(await measure(load, servers, sql, model));
  printTable(
    `Jobs of a worker process on Redis and Postgres, on a model that takes ${LATENCY_MS} ms an answer`,
    ["at once", "jobs", "ideal /s", "plain /s", "ours /s", "÷ ideal", "÷ plain", "CPU ms a job", "plain's", "÷"],
    measured.map(({ concurrency, jobs, ideal, plain, ours }) => [
      concurrency,
      jobs,
      Math.round(ideal),
      Math.round(plain.perSecond),
      Math.round(ours.perSecond),
      twoDecimals(ours.perSecond / ideal),
      twoDecimals(ours.perSecond / plain.perSecond),
      oneDecimal(ours.cpuMs),
      oneDecimal(plain.cpuMs),
      twoDecimals(ours.cpuMs / plain.cpuMs),
    ]),
  );
  return measured.map(({ concurrency, plain, ours }) => ({
    name: `Redis and Postgres: CPU of a job ÷ plain SDK in a raw BullMQ worker, ${concurrency} at once`,
    value: `${twoDecimals(ours.cpuMs / plain.cpuMs)} (${oneDecimal(ours.cpuMs)} ms)`,
    target: `at most ${TARGET_RATIO}`,
    met: ours.cpuMs / plain.cpuMs <= TARGET_RATIO,
  }));
}
