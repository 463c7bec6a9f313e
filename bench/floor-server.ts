// The least that can be called accepting a job: an Express route that does one INSERT and adds one queue entry, on the
// same PGlite and the same queue as the service. Runs as a child of a benchmark.
import { rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { newId } from "@pharmadb/contracts";
import { openQueues } from "@pharmadb/queue";
import { openPglite } from "@pharmadb/store";
import express from "express";
import { serveBench } from "./child-process.ts";

const [dataDir = ""] = process.argv.slice(2);
const database = await openPglite({ dataDir });
await database.sql.query("create table floor (id text primary key, body json not null)");
const queues = await openQueues({ database: database.pool });

const app = express();
app.post("/submit", express.json(), async (request, response) => {
  const id = newId("res");
  await database.sql.query("insert into floor (id, body) values ($1, $2::json)", [id, JSON.stringify(request.body)]);
  await queues.research.add(id, { priority: "interactive" });
  response.status(202).json({ id });
});
const server = createServer(app);
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

serveBench(
  async () => ({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/submit` }),
  async () => {
    server.closeAllConnections();
    server.close();
    await queues.close();
    await database.close();
    await rm(dataDir, { recursive: true, force: true });
  },
);
