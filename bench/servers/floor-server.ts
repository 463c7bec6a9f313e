// The least that can be called accepting a job on Redis and Postgres: an Express route that does one INSERT and adds
// one entry to a BullMQ queue. Runs as a child of a benchmark.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { newId } from "@pharmadb/contracts";
import { Queue } from "bullmq";
import express from "express";
import { Redis } from "ioredis";
import { Pool } from "pg";
import { serveBench } from "../child-process.ts";

const [databaseUrl = "", redisUrl = ""] = process.argv.slice(2);
const pool = new Pool({ connectionString: databaseUrl, max: 20 });
await pool.query("create table if not exists floor (id text primary key, body json not null)");
const redis = new Redis(redisUrl, { maxRetriesPerRequest: null });
const queue = new Queue("floor", { connection: redis });
await queue.waitUntilReady();

const app = express();
app.post("/submit", express.json(), async (request, response) => {
  const id = newId("res");
  await pool.query("insert into floor (id, body) values ($1, $2::json)", [id, JSON.stringify(request.body)]);
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
    redis.disconnect();
    await pool.end();
  },
);
