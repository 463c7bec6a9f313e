// The service's API alone, without a worker that would compete for the CPU. Runs as a child of a benchmark.
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startApi } from "@pharmadb/api";
import { createClient } from "@pharmadb/client";
import { parseConfig } from "@pharmadb/config";
import { createEgress } from "@pharmadb/egress";
import { openQueues } from "@pharmadb/queue";
import { startSandbox } from "@pharmadb/sandbox";
import { applyMigrations, openDiskFiles, openPglite, openPostgres } from "@pharmadb/store";
import { createLogger, createMetrics } from "@pharmadb/telemetry";
import { serveBench } from "./child-process.ts";

// With a connection string its record is there, else in the folder.
const [dataDir = "", connectionString] = process.argv.slice(2);
// As many requests at once as the benchmark has clients: it is not the refusals that are measured.
const config = parseConfig({
  PORT: "0",
  PHARMADB_DATA_DIR: dataDir,
  LOG_LEVEL: "error",
  MAX_CONCURRENT_REQUESTS: "1000",
  MAX_QUEUED_PER_TENANT: "1000000",
});
await using stack = new AsyncDisposableStack();
const opening =
  connectionString === undefined
    ? openPglite({ dataDir: join(dataDir, "record") })
    : openPostgres({ connectionString, maxConnections: 10 });
const database = stack.adopt(await opening, (opened) => opened.close());
await applyMigrations(database.sql);
const queues = stack.adopt(await openQueues({ database: database.pool }), (opened) => opened.close());
const sandbox = stack.adopt(await startSandbox({ processes: 1, cacheDir: join(dataDir, "tables") }), (it) =>
  it.close(),
);
const files = openDiskFiles({ directory: join(dataDir, "files") });
const egress = createEgress({ allowPrivate: false });
const logger = createLogger({ level: "error", service: "bench" });
const deps = { sql: database.sql, queues, files, sandbox, egress, logger, metrics: createMetrics() };
const api = stack.adopt(await startApi({ config, deps }), (started) => started.close());

const sample = join(dataDir, "sample.csv");
await writeFile(sample, "USUBJID,AESER\n01,Y\n02,N\n");
const file = await createClient({ baseUrl: api.url }).uploadFile(sample);

const opened = stack.move();
serveBench(
  async () => ({ url: `${api.url}/api/v1/research`, fileId: file.id }),
  async () => {
    await opened.disposeAsync();
    await rm(dataDir, { recursive: true, force: true });
  },
);
