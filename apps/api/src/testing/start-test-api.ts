import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { createEgress, type Egress } from "@pharmadb/egress";
import { openQueues, type Queues } from "@pharmadb/queue";
import { type Sandbox, startSandbox } from "@pharmadb/sandbox";
import { applyMigrations, type FileStorage, openDiskFiles, openPglite, type Sql } from "@pharmadb/store";
import { createLogger, createMetrics } from "@pharmadb/telemetry";
import type { ApiConfig, ApiDeps } from "../deps.ts";
import { type StartedApi, startApi } from "../start-api.ts";
import { type Call, createCall } from "./call.ts";

/** All that the API works with, real, in memory and in a folder of its own. */
export type TestParts = AsyncDisposable & {
  sql: Sql;
  queues: Queues;
  files: FileStorage;
  sandbox: Sandbox;
  egress: Egress;
  directory: string;
};

type LogLine = Record<string, unknown>;

/** A served API; closing it leaves the parts under it open. */
export type TestApi = AsyncDisposable & {
  url: string;
  call: Call;
  /** The lines that it has logged. */
  log: LogLine[];
  /** The first line, logged already or to come, that fits. */
  logged(fits: (line: LogLine) => boolean): Promise<LogLine>;
  close: StartedApi["close"];
};

export async function openTestParts(): Promise<TestParts> {
  await using stack = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), "pharmadb-api-"));
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  const database = stack.adopt(await openPglite({ dataDir: null }), (opened) => opened.close());
  await applyMigrations(database.sql);
  const queues = stack.adopt(await openQueues({ database: database.pool }), (opened) => opened.close());
  const files = openDiskFiles({ directory: join(directory, "files") });
  const options = { processes: 1, cacheDir: join(directory, "cache"), tempDir: join(directory, "temp") };
  const sandbox = stack.adopt(await startSandbox(options), (started) => started.close());
  // A name server that knows the names of examples, and an inside that nobody shall reach.
  const egress = createEgress({
    allowPrivate: false,
    resolve: async (name) =>
      name.endsWith("inside.example.com")
        ? ["10.0.0.5"]
        : /^(.+\.)?example\.(com|org)$/.test(name)
          ? ["93.184.216.34"]
          : [],
  });
  const owned = stack.move();
  return {
    sql: database.sql,
    queues,
    files,
    sandbox,
    egress,
    directory,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Serves the API on a free port over these parts, some of them replaced, some settings other than usual. */
export async function startTestApi(
  parts: Omit<TestParts, keyof AsyncDisposable>,
  { config, ...replaced }: { config?: Partial<ApiConfig> } & Partial<Omit<ApiDeps, "config" | "stopping">> = {},
): Promise<TestApi> {
  const { directory, ...rest } = parts;
  const { log, stream, logged } = captureLog();
  const logger = createLogger({ level: "debug", service: "api", stream });
  const deps = { ...rest, logger, metrics: createMetrics(), timing: { lingerMs: 200 }, ...replaced };
  const api = await startApi({ config: { ...testConfig(directory), ...config }, deps });
  return { url: api.url, call: createCall(api.url), log, logged, close: api.close, [Symbol.asyncDispose]: api.close };
}

function testConfig(dataDir: string): ApiConfig {
  return {
    host: "127.0.0.1",
    port: 0,
    dataDir,
    maxFileBytes: 1024 * 1024,
    maxConcurrentRequests: 100,
    maxStreamsPerTenant: 500,
    retentionDays: null,
    auth: "off",
    metricsToken: null,
    maxQueuedPerTenant: 10_000,
    rateLimitPerMinute: 10,
    rateLimitLoopback: false,
    rateLimitPerKey: 100_000,
    trustProxy: null,
  };
}

function captureLog() {
  const log: LogLine[] = [];
  const waiting = new Set<(line: LogLine) => void>();
  const stream = new Writable({
    write(text, _encoding, done) {
      const line = JSON.parse(String(text)) as LogLine;
      log.push(line);
      for (const look of waiting) look(line);
      done();
    },
  });
  const logged = (fits: (line: LogLine) => boolean) =>
    new Promise<LogLine>((resolve) => {
      const look = (line: LogLine) => {
        if (fits(line)) resolve(line);
      };
      log.forEach(look);
      waiting.add(look);
    });
  return { log, stream, logged };
}
