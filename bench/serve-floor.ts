import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { newId } from "@pharmadb/contracts";
import type { JobsOptions } from "bullmq";
import express from "express";
import { serveBench } from "./child-process.ts";

export type Floor = {
  insert(id: string, body: string): Promise<unknown>;
  /** A BullMQ queue on whatever database. */
  queue: {
    waitUntilReady(): Promise<unknown>;
    add(name: string, data: object, options: JobsOptions): Promise<unknown>;
    close(): Promise<void>;
  };
  /** Writes what a submission of the service is in groups of those that come at once, and nothing else. */
  writeBare?(body: { file_ids: string[] }): Promise<unknown>;
  /** Closes what the two work with, which the queue no longer does. */
  close(): Promise<void>;
};

/** What the floor keeps of a job. */
export const CREATE_FLOOR = "create table if not exists floor (id text primary key, body json not null)";
export const INSERT_FLOOR = "insert into floor (id, body) values ($1, $2::json)";

/**
 * The least that can be called accepting a job: an Express route that does one INSERT and adds one entry to a BullMQ
 * queue. Not to ours, which groups what comes at the same time. For a child of a benchmark.
 */
export async function serveFloor({ insert, queue, writeBare, close }: Floor): Promise<void> {
  await queue.waitUntilReady();
  const app = express();
  app.post("/submit", express.json(), async (request, response) => {
    const id = newId("res");
    await insert(id, JSON.stringify(request.body));
    await queue.add("job", {}, { jobId: id, removeOnComplete: true, removeOnFail: true });
    response.status(202).json({ id });
  });
  // What Express takes for a request that leads to nothing: no route of it can accept more than this.
  app.post("/nothing", express.json(), (_request, response) => void response.status(202).json({ id: newId("res") }));
  if (writeBare) {
    app.post("/bare", express.json(), async (request, response) => {
      await writeBare(request.body);
      response.status(202).json({ id: newId("res") });
    });
  }
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  serveBench(
    async () => {
      const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      return { url: `${origin}/submit`, emptyUrl: `${origin}/nothing`, bareUrl: `${origin}/bare` };
    },
    async () => {
      server.closeAllConnections();
      server.close();
      await queue.close();
      await close();
    },
  );
}
