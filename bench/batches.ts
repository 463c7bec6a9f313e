// A batch of 50,000 lines and 100 MB through the API: how fast it is accepted, what memory the API's process takes, how
// long a look at its counts takes, and what memory its results take. The floors receive and hash the same body, and
// insert its lines as they are.
import { createWriteStream, openAsBlob } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createClient } from "@pharmadb/client";
import { openPostgres, type Sql, tendBatch } from "@pharmadb/store";
import { findPostgres, startPostgres } from "@pharmadb/store/testing";
import { type BenchChild, startBenchChild } from "./child-process.ts";
import {
  cpuMsOf,
  type Figure,
  forgetPeak,
  median,
  oneDecimal,
  percentile,
  printTable,
  residentBytes,
} from "./figures.ts";
import { type Folder, openFolder } from "./made-files.ts";

const LINES = 50_000;
const LINE_BYTES = 2_000;
const ROUNDS = 3;
const MIB = 1024 * 1024;
const TARGETS = { linesPerSecond: 5_000, growthMib: 64, countMs: 20 };
const RESULTS = 5_000;
const REPORT_BYTES = 20_000;

type Kind = "Postgres" | "PGlite";
type Server = { child: BenchChild; url: string };

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

/** How much memory of the process grew at the most while this was done, in MiB. */
async function growthOf(pid: number, work: () => Promise<unknown>): Promise<number> {
  forgetPeak(pid);
  const { now } = residentBytes(pid);
  await work();
  return (residentBytes(pid).peak - now) / MIB;
}

async function writeQuestions(path: string, fileId: string): Promise<void> {
  const lines = function* () {
    for (let line = 1; line <= LINES; line++) {
      const request = { custom_id: `question-${line}`, question: "", file_ids: [fileId], metadata: { study: "BENCH" } };
      const left = LINE_BYTES - 1 - JSON.stringify(request).length;
      yield `${JSON.stringify({ ...request, question: `Question ${line}? `.repeat(200).slice(0, left) })}\n`;
    }
  };
  await pipeline(Readable.from(lines()), createWriteStream(path));
}

async function send(url: string, path: string): Promise<void> {
  const headers = { "content-type": "application/x-ndjson" };
  const response = await fetch(url, { method: "POST", headers, body: await openAsBlob(path) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text}`);
}

async function startServer(module: string, args: string[]): Promise<Server> {
  const child = await startBenchChild(new URL(module, import.meta.url), args);
  return { child, url: (await child.ask<{ url: string }>({})).url };
}

async function measureIntake(kind: Kind, folder: Folder, connection: string[], stack: AsyncDisposableStack) {
  const place = (name: string) => join(folder.path, `${kind}-${name}`);
  const hash = await startServer("./receive-server.ts", []);
  const insert = await startServer("./insert-server.ts", [place("floor"), ...connection]);
  const api = await startServer("./api-server.ts", [place("api"), ...connection]);
  for (const { child } of [hash, insert, api]) stack.use(child);
  const { fileId } = await api.child.ask<{ fileId: string }>({});
  const path = place("questions.ndjson");
  await writeQuestions(path, fileId);
  const url = new URL("/api/v1/batches", api.url).href;
  const figures = {
    hash: [] as number[],
    insert: [] as number[],
    api: [] as number[],
    growth: [] as number[],
    cpu: [] as number[],
  };
  for (let round = 0; round < ROUNDS; round++) {
    figures.hash.push(LINES / (await timed(() => send(hash.url, path))));
    figures.insert.push(LINES / (await timed(() => send(insert.url, path))));
    const work = async () => figures.api.push(LINES / (await timed(() => send(url, path))));
    const cpuMs = cpuMsOf(api.child.pid);
    figures.growth.push(await growthOf(api.child.pid, work));
    figures.cpu.push(cpuMsOf(api.child.pid) - cpuMs);
  }
  const origin = new URL(api.url).origin;
  return { figures, api: { ...api, origin } };
}

/** Makes so many jobs of the batch, and writes them down as completed, each with a report of some size. */
async function endJobs(sql: Sql, batchId: string): Promise<void> {
  const report = {
    ...{ title: "Title", answer: "Answer [E1].", model: "bench", findings: [], tables: [], charts: [], searched: [] },
    ...{ partial: false, limitations: [], output: null, markdown: "x".repeat(REPORT_BYTES) },
  };
  for (let ended = 0; ended < RESULTS; ) {
    const { fed } = await tendBatch(sql, batchId, { waiting: 500 });
    await sql.query(
      `update research set status = 'completed', attempt = 1, report = $2::json, finished_at = clock_timestamp()
       where id = any ($1::text[])`,
      [fed, JSON.stringify(report)],
    );
    ended += fed.length;
  }
}

async function measureReading(origin: string, sql: Sql, pid: number) {
  const client = createClient({ baseUrl: origin });
  const [batch] = await sql.query<{ id: string }>("select id from batches order by id desc limit 1");
  const id = batch?.id ?? "";
  await endJobs(sql, id);
  const looks: number[] = [];
  for (let look = 0; look < 100; look++) looks.push((await timed(() => client.getBatch(id))) * 1000);
  let results = 0;
  const read = async () => {
    for await (const _ of client.batchResults(id)) results++;
  };
  const growth = await growthOf(pid, read);
  return { looks, results, growth };
}

export async function benchBatches(): Promise<Figure[]> {
  await using folder = await openFolder();
  await using stack = new AsyncDisposableStack();
  const figures: Figure[] = [];
  const rows: (string | number)[][] = [];
  const kinds: Kind[] = (await findPostgres()) ? ["Postgres", "PGlite"] : ["PGlite"];
  for (const kind of kinds) {
    const postgres = kind === "Postgres" ? stack.use(await startPostgres()) : null;
    const connection = postgres ? [postgres.connectionString] : [];
    const { figures: intake, api } = await measureIntake(kind, folder, connection, stack);
    const speeds = [intake.hash, intake.insert, intake.api].map((each) => Math.round(median(each)));
    const growth = Math.max(...intake.growth);
    rows.push([kind, ...speeds, Math.round(median(intake.cpu)), Math.round(growth)]);
    const accepted = median(intake.api);
    figures.push(
      {
        name: `batch lines accepted a second on ${kind} (÷ only inserting them)`,
        value: `${Math.round(accepted)} (${(accepted / median(intake.insert)).toFixed(2)})`,
        target: `at least ${TARGETS.linesPerSecond}`,
        met: accepted >= TARGETS.linesPerSecond,
      },
      {
        name: `growth of the API's memory meanwhile, ${kind}`,
        value: `${Math.round(growth)} MiB`,
        target: `under ${TARGETS.growthMib} MiB`,
        met: growth < TARGETS.growthMib,
      },
    );
    if (postgres) figures.push(...(await readingFigures(postgres.connectionString, api)));
  }
  printTable(
    `A batch of ${LINES} lines and 100 MB (medians of ${ROUNDS}; target: ${TARGETS.linesPerSecond} lines a second, under ${TARGETS.growthMib} MiB)`,
    [
      "record",
      "received and hashed lines/s",
      "inserted as they are lines/s",
      "accepted lines/s",
      "API CPU ms",
      "API grows by MiB",
    ],
    rows,
  );
  return figures;
}

async function readingFigures(connectionString: string, api: { origin: string; child: BenchChild }): Promise<Figure[]> {
  await using stack = new AsyncDisposableStack();
  const database = stack.adopt(await openPostgres({ connectionString, maxConnections: 10 }), (opened) =>
    opened.close(),
  );
  const { looks, results, growth } = await measureReading(api.origin, database.sql, api.child.pid);
  const slow = percentile(looks, 0.95);
  return [
    {
      name: `a look at the counts of ${LINES} requests (p50, p95)`,
      value: `${oneDecimal(median(looks))} ms, ${oneDecimal(slow)} ms`,
      target: `p95 under ${TARGETS.countMs} ms`,
      met: slow < TARGETS.countMs,
    },
    {
      name: `growth of the API's memory while it sends ${results} results of ${REPORT_BYTES / 1000} kB`,
      value: `${Math.round(growth)} MiB`,
      target: `under ${TARGETS.growthMib} MiB`,
      met: growth < TARGETS.growthMib,
    },
  ];
}
