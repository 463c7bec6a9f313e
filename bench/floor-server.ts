// The least that can be called accepting a job: an Express route that does one INSERT and adds one entry to a BullMQ
// queue, on the same PGlite as the service. Not to our queue, which groups what comes at the same time. Runs as a child
// of a benchmark.
import { rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { newId } from "@pharmadb/contracts";
import { openPglite } from "@pharmadb/store";
import { createPostgresBackend, Queue, runMigrations } from "bullmq";
import express from "express";
import { serveBench } from "./child-process.ts";

const [dataDir = ""] = process.argv.slice(2);
const database = await openPglite({ dataDir });
await database.sql.query("create table floor (id text primary key, body json not null)");
const client = await database.pool.connect();
await runMigrations(client);
client.release();
const queue = new Queue("floor", { connection: database.pool }, createPostgresBackend);
await queue.waitUntilReady();

const app = express();
app.post("/submit", express.json(), async (request, response) => {
  const id = newId("res");
  await database.sql.query("insert into floor (id, body) values ($1, $2::json)", [id, JSON.stringify(request.body)]);
  await queue.add("job", {}, { jobId: id, removeOnComplete: true, removeOnFail: true });
  response.status(202).json({ id });
});
const server = createServer(app);
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

serveBench(
  async () => ({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/submit` }),
  async () => {
    server.closeAllConnections();
    server.close();
    await queue.close();
    await database.close();
    await rm(dataDir, { recursive: true, force: true });
  },
);
