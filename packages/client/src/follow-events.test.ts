import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import type { EventType, ResearchEvent } from "@pharmadb/contracts";
import { expect, test } from "vitest";
import { createClient } from "./client.ts";

const ID = "res_01h00000000000000000000000";

/** A service of which only the event stream counts; `answer` gets the number of the connection, from 1. */
async function startDouble(answer: (connection: number, ...exchange: Parameters<RequestListener>) => void) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(new URL(request.url ?? "", "http://double").searchParams.get("after") ?? "");
    answer(asked.length, request, response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    client: createClient({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }),
    /** The `after` of each connection. */
    asked,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

const STREAM = { "content-type": "text/event-stream" };

function message(seq: number, type: EventType): string {
  const at = "2026-01-02T03:04:05.678Z";
  const id = `evt_01h0000000000000000000000${seq}`;
  const event: ResearchEvent = { object: "event", id, research_id: ID, seq, type, at, data: {} };
  return `id: ${seq}\nevent: ${type}\ndata: ${JSON.stringify(event)}\n\n`;
}

async function seqsOf(events: AsyncIterable<ResearchEvent>): Promise<number[]> {
  return (await Array.fromAsync(events)).map(({ seq }) => seq);
}

test("the answer that there are no more events ends it", async () => {
  await using double = await startDouble((_, __, response) => response.writeHead(204).end());
  expect(await seqsOf(double.client.follow(ID, { after: 9 }))).toEqual([]);
  expect(double.asked).toEqual(["9"]);
});

test("a connection that ends or breaks is opened again where it stopped", async () => {
  await using double = await startDouble((connection, _, response) => {
    response.writeHead(200, STREAM);
    if (connection === 1) response.end(message(1, "research.queued"));
    else if (connection === 2) response.write(message(2, "research.started"), () => response.destroy());
    else response.end(message(3, "research.completed"));
  });
  expect(await seqsOf(double.client.follow(ID))).toEqual([1, 2, 3]);
  expect(double.asked).toEqual(["0", "1", "2"]);
});

test("a service that is away for a moment is waited for", async () => {
  await using double = await startDouble((connection, request, response) => {
    if (connection === 1) response.writeHead(200, STREAM).end(message(1, "research.queued"));
    else if (connection === 2) request.socket.destroy();
    else if (connection === 3) response.writeHead(503).end();
    else response.writeHead(200, STREAM).end(message(2, "research.failed"));
  });
  expect(await seqsOf(double.client.follow(ID))).toEqual([1, 2]);
});

test("streams that end at once are opened again with growing pauses, until the caller has enough", async () => {
  const stop = new AbortController();
  const times: number[] = [];
  await using double = await startDouble((connection, _, response) => {
    times.push(performance.now());
    response.writeHead(200, STREAM).end();
    if (connection === 4) stop.abort(new Error("enough"));
  });
  await expect(seqsOf(double.client.follow(ID, { signal: stop.signal }))).rejects.toThrow();
  const pauses = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  expect(pauses).toHaveLength(3);
  for (const [index, pause] of pauses.entries()) expect(pause).toBeGreaterThan(90 * 2 ** index);
});

test("what the service refuses is thrown, and so is that it was never there", async () => {
  const detail = "There is no research job.";
  const problem = { type: "x", title: "x", status: 404, detail, instance: "/", code: "not_found", request_id: "req_1" };
  const body = JSON.stringify(problem);
  const gone = await startDouble((connection, _, response) => {
    if (connection === 1) response.writeHead(200, STREAM).end(message(1, "research.queued"));
    else response.writeHead(404, { "content-type": "application/problem+json" }).end(body);
  });
  await expect(seqsOf(gone.client.follow(ID))).rejects.toMatchObject({ code: "not_found", message: detail });
  await gone[Symbol.asyncDispose]();
  await expect(seqsOf(gone.client.follow(ID))).rejects.toMatchObject({ code: "unavailable" });
});
