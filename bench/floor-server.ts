// The floor of submissions on the same PGlite as the service. Runs as a child of a benchmark.
import { rm } from "node:fs/promises";
import { openPglite } from "@pharmadb/store";
import { createPostgresBackend, Queue, runMigrations } from "bullmq";
import { CREATE_FLOOR, INSERT_FLOOR, serveFloor } from "./serve-floor.ts";

const [dataDir = ""] = process.argv.slice(2);
const database = await openPglite({ dataDir });
await database.sql.query(CREATE_FLOOR);
const client = await database.pool.connect();
await runMigrations(client);
client.release();
await serveFloor({
  insert: (id, body) => database.sql.query(INSERT_FLOOR, [id, body]),
  queue: new Queue("floor", { connection: database.pool }, createPostgresBackend),
  async close() {
    await database.close();
    await rm(dataDir, { recursive: true, force: true });
  },
});
