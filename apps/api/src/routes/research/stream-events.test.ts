import { connect } from "node:net";
import * as fc from "fast-check";
import { expect } from "vitest";
import { test } from "../../testing/api-test.ts";
import { type Message, readEvents } from "../../testing/read-events.ts";
import { startTestApi } from "../../testing/start-test-api.ts";
import { submit } from "../../testing/submit.ts";
import { claim, REPORT } from "../../testing/worker-side.ts";

const PATH = "/api/v1/research";

const types = (messages: Message[]) => messages.map((message) => ("type" in message ? message.type : message.other));

test("a stream tells everything in order and ends with the job", async ({ api, parts }) => {
  const { id, links } = await submit(api);
  const reading = Array.fromAsync(readEvents(api.url + links.events));
  const worker = await claim(parts, id);
  await worker.emit("Counting");
  await worker.finish({ status: "completed", report: REPORT });
  const messages = await reading;
  expect(types(messages)).toEqual(["research.queued", "research.started", "step.started", "research.completed"]);
  expect(messages.map((message) => "id" in message && message.id)).toEqual([1, 2, 3, 4]);
  expect(messages.map((message) => "event" in message && message.event.seq)).toEqual([1, 2, 3, 4]);
});

test("events arrive within 100 ms of being written", async ({ api, parts }) => {
  const { id, links } = await submit(api);
  const stream = readEvents(`${api.url}${links.events}?after=2`);
  const worker = await claim(parts, id);
  const delays: number[] = [];
  let next = stream.next();
  for (let n = 0; n < 20; n++) {
    const writtenAt = performance.now();
    await worker.emit(`Step ${n}`);
    await next;
    delays.push(performance.now() - writtenAt);
    next = stream.next();
  }
  await worker.finish({ status: "cancelled" });
  await next;
  const sorted = delays.toSorted((a, b) => a - b);
  // The machine that tests run on may stop for a moment; the middle one does not hide behind that.
  expect(sorted[10], `delays: ${delays.map(Math.round)}`).toBeLessThan(100);
});

test("any cut of a stream, resumed at the last event, gives the same events", async ({ api, parts }) => {
  const { id, links } = await submit(api);
  const worker = await claim(parts, id);
  for (let n = 0; n < 12; n++) await worker.emit(`Step ${n} — ünïcode\nand lines`);
  await worker.finish({ status: "completed", report: REPORT });
  const url = api.url + links.events;
  const whole = await Array.fromAsync(readEvents(url));
  expect(whole).toHaveLength(15);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 15 }), { maxLength: 4 }),
      fc.boolean(),
      async (cuts, byHeader) => {
        const read: Message[] = [];
        for (const cut of [...cuts, Number.POSITIVE_INFINITY]) {
          const after = String(read.length);
          const stream = byHeader ? readEvents(url, { "last-event-id": after }) : readEvents(`${url}?after=${after}`);
          let taken = 0;
          for await (const message of stream) {
            read.push(message);
            if (++taken >= cut) break;
          }
        }
        expect(read).toEqual(whole);
      },
    ),
    { numRuns: 30 },
  );
});

test("an event written between the last read and the wait is not missed", async ({ parts }) => {
  const { sql, queues } = parts;
  // Writes an event each time the stream has just read, before it can begin to wait.
  let writeBetween: (() => Promise<void>) | null = null;
  const interfering: typeof sql = {
    ...sql,
    async query(text, parameters) {
      const rows = await sql.query(text, parameters);
      if (text.includes("research_events") && text.startsWith("select")) await writeBetween?.();
      return rows as never;
    },
  };
  await using api = await startTestApi(parts, { sql: interfering, queues, timing: { recheckMs: 3_600_000 } });
  const { id, links } = await submit(api);
  const worker = await claim(parts, id);
  let written = 0;
  writeBetween = async () => {
    if (written === 5) return;
    if (++written < 5) await worker.emit(`Step ${written}`);
    else await worker.finish({ status: "cancelled" });
  };
  const messages = await Array.fromAsync(readEvents(`${api.url}${links.events}?after=2`));
  expect(types(messages)).toEqual([...Array(4).fill("step.started"), "research.cancelled"]);
});

test("a client that has all events of an ended job is told not to come again", async ({ api, parts }) => {
  const { id, links } = await submit(api);
  await (await claim(parts, id)).finish({ status: "cancelled" });
  expect(await api.call("GET", links.events, { headers: { "last-event-id": "3" } })).toMatchObject({ status: 204 });
  expect(await api.call("GET", `${links.events}?after=3`)).toMatchObject({ status: 204 });
});

test("a stream goes on past a failure that was retried", async ({ api, parts }) => {
  const { id, links } = await submit(api);
  const error = { code: "timeout", message: "Took too long.", retryable: false };
  await (await claim(parts, id)).finish({ status: "failed", error });
  expect((await api.call("POST", `${PATH}/${id}/retry`)).status).toBe(202);
  const reading = Array.fromAsync(readEvents(api.url + links.events));
  await (await claim(parts, id)).finish({ status: "completed", report: REPORT });
  expect(types(await reading)).toEqual([
    "research.queued",
    "research.started",
    "research.failed",
    "research.queued",
    "research.resumed",
    "research.completed",
  ]);
});

test("the events so far can be had as JSON, page by page", async ({ api, parts }) => {
  const { id, links } = await submit(api);
  const worker = await claim(parts, id);
  for (let n = 0; n < 105; n++) await worker.emit(`Step ${n}`);
  const asJson = { headers: { accept: "application/json" } };
  const first = await api.call("GET", links.events, asJson);
  expect(first.body).toMatchObject({ object: "list", has_more: true, next_cursor: "100" });
  const second = await api.call("GET", `${links.events}?after=100`, asJson);
  expect(second.body).toMatchObject({ has_more: false, next_cursor: null, data: { length: 7 } });
  expect((await api.call("GET", links.events, { headers: { accept: "text/html" } })).status).toBe(406);
  expect((await api.call("GET", `${links.events}?after=x`, asJson)).status).toBe(422);
  await worker.finish({ status: "cancelled" });
});

test("a silent stream is kept open by comments and ends when the job is deleted", async ({ parts }) => {
  await using api = await startTestApi(parts, { timing: { heartbeatMs: 5 } });
  const { id, links } = await submit(api);
  const seen: string[] = [];
  for await (const message of readEvents(api.url + links.events)) {
    seen.push(...types([message]));
    if (seen.length === 3) expect((await api.call("DELETE", `${PATH}/${id}`)).status).toBe(204);
  }
  expect(seen[0]).toBe("research.queued");
  expect(new Set(seen.slice(1))).toEqual(new Set([": still here"]));
});

test("when the service stops, streams tell when to come again and long polls answer", async ({ parts }) => {
  const api = await startTestApi(parts);
  const { id, links } = await submit(api);
  const stream = readEvents(api.url + links.events);
  await stream.next();
  const rest = Array.fromAsync(stream);
  const polling = api.call("GET", `${PATH}/${id}?wait=60`);
  // The poll is in once another request sent after it is answered.
  await api.call("GET", "/healthz");
  await api.close();
  expect(await rest).toEqual([{ other: "retry: 2000" }]);
  expect((await polling).body).toMatchObject({ status: "queued" });
});

test("a reader that takes nothing holds back its own stream and is cut off in the end", async ({ parts }) => {
  const { sql } = parts;
  let pagesRead = 0;
  const counting: typeof sql = {
    ...sql,
    query(text, parameters) {
      if (text.includes("from research_events")) pagesRead++;
      return sql.query(text, parameters);
    },
  };
  await using api = await startTestApi(parts, { sql: counting, timing: { stallMs: 300 } });
  const { id, links } = await submit(api);
  const worker = await claim(parts, id);
  const large = "x".repeat(128 * 1024);
  for (let n = 0; n < 320; n++) await worker.emit(large);
  const socket = connect(Number(new URL(api.url).port), "127.0.0.1");
  socket.pause();
  socket.write(`GET ${links.events} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  await api.logged(({ path, client_gone }) => path === links.events && client_gone === true);
  // Of 40 MB the sockets took some, and the rest stayed where it was.
  expect(pagesRead).toBeLessThanOrEqual(2);
  socket.destroy();
});
