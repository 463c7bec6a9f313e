// What a worker process on Redis and Postgres gets done and what a job costs it, against the ideal (as many jobs at
// once as it may run, and the model's time) and against a raw BullMQ worker that only calls the model.
import { startWorkerProcess } from "@pharmadb/cli/testing";
import { newId, parse, ResearchRequest } from "@pharmadb/contracts";
import { createResearchMany, openPostgres, type Sql } from "@pharmadb/store";
import { type BenchChild, startBenchChild } from "../child-process.ts";
import { cpuMsOf, type Figure, median, oneDecimal, printTable, twoDecimals } from "../figures.ts";
import type { ModelServerAnswer } from "../model-server.ts";
import type { PlainAnswer } from "./plain-worker.ts";
import { type Servers, startServers } from "./start-servers.ts";

const LATENCY_MS = 200;
const ANSWERS_PER_JOB = 4;
const WARM_UP_JOBS = 400;
const ROUNDS = 3;
const LOOK_MS = 50;
const TARGET_RATIO = 2;
const CONCURRENCIES = [
  { concurrency: 50, jobs: 400 },
  { concurrency: 200, jobs: 1000 },
  { concurrency: 1000, jobs: 2000 },
] as const;

type Run = { perSecond: number; cpuMs: number };
type Round = { ours: Run; plain: Run };
type Measured = { concurrency: number; jobs: number; rounds: Round[]; ideal: number };

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

/** Both sides in turns: with few jobs at once, what a job costs differs by half from one minute to the next. */
async function measure(
  { concurrency, jobs }: (typeof CONCURRENCIES)[number],
  servers: Servers,
  sql: Sql,
  model: BenchChild,
): Promise<Measured> {
  const { url } = await model.ask<ModelServerAnswer>({});
  await using worker = await startWorkerProcess({
    env: { ...servers.env, ...modelVariables(url, concurrency), WORKER_CONCURRENCY: String(concurrency) },
  });
  await runJobs(sql, WARM_UP_JOBS, worker.pid);
  const { bodies } = await model.ask<ModelServerAnswer>({});
  if (bodies.length !== ANSWERS_PER_JOB) throw new Error(`A job asks the model ${bodies.length} times.`);
  const child = new URL("./plain-worker.ts", import.meta.url);
  await using plain = await startBenchChild(child, [servers.redisUrl, url, String(concurrency)]);
  await runPlain(plain, WARM_UP_JOBS, bodies);
  const rounds: Round[] = [];
  for (let turn = 0; turn < ROUNDS; turn++) {
    rounds.push({ ours: await runJobs(sql, jobs, worker.pid), plain: await runPlain(plain, jobs, bodies) });
  }
  return { concurrency, jobs, rounds, ideal: concurrency / ((LATENCY_MS * ANSWERS_PER_JOB) / 1000) };
}

async function runPlain(plain: BenchChild, jobs: number, bodies: unknown[]): Promise<Run> {
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
    `Jobs of a worker process on Redis and Postgres, on a model that takes ${LATENCY_MS} ms an answer (median of ${ROUNDS} rounds)`,
    ["at once", "jobs", "ideal /s", "plain /s", "ours /s", "÷ ideal", "÷ plain", "CPU ms a job", "plain's", "÷"],
    measured.map(({ concurrency, jobs, ideal, rounds }) => {
      const of = (value: (round: Round) => number) => median(rounds.map(value));
      return [
        concurrency,
        jobs,
        Math.round(ideal),
        Math.round(of(({ plain }) => plain.perSecond)),
        Math.round(of(({ ours }) => ours.perSecond)),
        twoDecimals(of(({ ours }) => ours.perSecond / ideal)),
        twoDecimals(of(({ ours, plain }) => ours.perSecond / plain.perSecond)),
        oneDecimal(of(({ ours }) => ours.cpuMs)),
        oneDecimal(of(({ plain }) => plain.cpuMs)),
        twoDecimals(of(cpuRatio)),
      ];
    }),
  );
  return measured.map(({ concurrency, rounds }) => {
    const ratio = median(rounds.map(cpuRatio));
    return {
      name: `Redis and Postgres: CPU of a job ÷ plain SDK in a raw BullMQ worker, ${concurrency} at once`,
      value: `${twoDecimals(ratio)} (${oneDecimal(median(rounds.map(({ ours }) => ours.cpuMs)))} ms)`,
      target: `at most ${TARGET_RATIO}`,
      met: ratio <= TARGET_RATIO,
    };
  });
}

const cpuRatio = ({ ours, plain }: Round) => ours.cpuMs / plain.cpuMs;
