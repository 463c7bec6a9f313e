// A worker whose jobs do nothing but take their time, so that it is the way to them that is measured. Runs as a child
// of a benchmark.
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseConfig } from "@pharmadb/config";
import type { Report } from "@pharmadb/contracts";
import { createEgress } from "@pharmadb/egress";
import { openQueues } from "@pharmadb/queue";
import { startSandbox } from "@pharmadb/sandbox";
import { openDiskFiles, openPostgres } from "@pharmadb/store";
import { createLogger, createMetrics } from "@pharmadb/telemetry";
import { startWorker } from "@pharmadb/worker";
import { serveBench } from "../child-process.ts";

const [databaseUrl = "", redisUrl = "", dataDir = "", concurrency = "", jobMs = ""] = process.argv.slice(2);
const config = parseConfig({
  DATABASE_URL: databaseUrl,
  REDIS_URL: redisUrl,
  PHARMADB_DATA_DIR: dataDir,
  WORKER_CONCURRENCY: concurrency,
});
if (config.redis === null) throw new Error("This benchmark wants a Redis.");
const stack = new AsyncDisposableStack();
const database = stack.adopt(await openPostgres({ connectionString: databaseUrl, maxConnections: 10 }), (opened) =>
  opened.close(),
);
const queues = stack.adopt(await openQueues({ redis: config.redis, absent: "refuse" }), (opened) => opened.close());
const sandbox = stack.adopt(await startSandbox({ processes: 1, cacheDir: join(dataDir, "tables") }), (started) =>
  started.close(),
);
const report: Report = {
  title: "Slept",
  answer: "",
  model: "none",
  findings: [],
  tables: [],
  charts: [],
  searched: [],
  partial: false,
  limitations: [],
  output: null,
  markdown: "",
};
stack.adopt(
  await startWorker({
    config,
    deps: {
      sql: database.sql,
      queues,
      egress: createEgress({ allowPrivate: false }),
      sandbox,
      files: openDiskFiles({ directory: join(dataDir, "files") }),
      logger: createLogger({ level: "error", service: "bench" }),
      metrics: createMetrics(),
      model: { name: "none", respond: () => Promise.reject(new Error("No job of this benchmark asks a model.")) },
      runAgents: async (_job, _deps, signal) => {
        // Of different lengths: jobs that are equally long would all end together, again and again.
        await sleep(Number(jobMs) * (0.5 + Math.random()), undefined, { signal });
        return report;
      },
    },
  }),
  (worker) => worker.close(),
);

serveBench(
  async () => ({}),
  () => stack.disposeAsync(),
);
