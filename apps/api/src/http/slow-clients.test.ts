import { readdir, writeFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { newId, Problem } from "@pharmadb/contracts";
import { createFile, type Row, revokeApiKey, type Sql } from "@pharmadb/store";
import { expect, vi } from "vitest";
import { test } from "../testing/api-test.ts";
import { requestsAbout, submitBatch, toLines } from "../testing/batches.ts";
import { readEvents } from "../testing/read-events.ts";
import { startTestApi, type TestApi, type TestParts } from "../testing/start-test-api.ts";
import { submit } from "../testing/submit.ts";
import { uploadCsv } from "../testing/upload.ts";
import { withNewKey } from "../testing/with-key.ts";

vi.setConfig({ testTimeout: 60_000 });

const RESEARCH = "/api/v1/research";
const JSON_HEAD = `POST ${RESEARCH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n`;
const FORM_HEAD = `POST /api/v1/files HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 100000\r\n\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n`;

/** Sends the beginning at once and then a byte now and then, until the service has had enough; gives what it says. */
async function trickle(api: TestApi, beginning: string, everyMs = 20): Promise<string> {
  const socket = open(api);
  socket.write(beginning);
  const timer = setInterval(() => socket.writable && socket.write("x"), everyMs);
  try {
    return await textOf(socket);
  } finally {
    clearInterval(timer);
    socket.destroy();
  }
}

function open(api: TestApi): Socket {
  // Cut off while it sends, a socket ends with an error of its own; what counts is what was read before.
  return connect(Number(new URL(api.url).port), "127.0.0.1").on("error", () => undefined);
}

async function textOf(socket: Socket): Promise<string> {
  let text = "";
  socket.on("data", (chunk) => {
    text += String(chunk);
  });
  await new Promise<void>((resolve) => socket.once("close", () => resolve()));
  return text;
}

const problemIn = (answer: string) => Problem.parse(JSON.parse(answer.split("\r\n\r\n")[1] ?? ""));

test("headers that come a byte now and then are given up with a problem", async ({ parts }) => {
  await using api = await startTestApi(parts, { timing: { headersMs: 300 } });
  const answer = await trickle(api, "GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ");
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  expect(problemIn(answer)).toMatchObject({ status: 408, code: "request_timeout" });
});

test("a connection that sends nothing is closed", async ({ parts }) => {
  await using api = await startTestApi(parts, { timing: { headersMs: 300 } });
  await textOf(open(api));
});

test("headers of more than 16 KiB are refused with a problem", async ({ api }) => {
  const socket = open(api);
  socket.write(`GET / HTTP/1.1\r\nHost: localhost\r\nX-Large: ${"x".repeat(17_000)}\r\n\r\n`);
  const answer = await textOf(socket);
  expect(problemIn(answer)).toMatchObject({ status: 431, code: "headers_too_large" });
});

test.for([
  { what: "a JSON body", head: JSON_HEAD },
  { what: "an upload", head: FORM_HEAD },
])("$what that comes a byte now and then loses its place to others", async ({ head }, { parts }) => {
  await using api = await startTestApi(parts, { config: { maxConcurrentRequests: 1 }, timing: { paceMs: 800 } });
  const slow = trickle(api, head);
  await expect.poll(async () => (await api.call("GET", RESEARCH)).status).toBe(503);
  const answer = await slow;
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  expect(problemIn(answer)).toMatchObject({ code: "request_timeout", detail: expect.stringContaining("too slowly") });
  await expect.poll(async () => (await api.call("GET", RESEARCH)).status).toBe(200);
  await expect.poll(() => readdir(join(parts.directory, "uploads")).catch(() => [])).toEqual([]);
});

test("an upload over a slow line arrives as long as it gets on", async ({ parts }) => {
  await using api = await startTestApi(parts, { timing: { paceMs: 400 } });
  const row = "S-1,Placebo,N\n".repeat(6_000);
  async function* body() {
    yield '--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nUSUBJID,ARM,AESER\n';
    for (let i = 0; i < 8; i++) {
      yield row;
      await pause(200);
    }
    yield "\r\n--b--\r\n";
  }
  const answer = await api.call("POST", "/api/v1/files", {
    headers: { "content-type": "multipart/form-data; boundary=b" },
    body: ReadableStream.from(body()).pipeThrough(new TextEncoderStream()),
    duplex: "half",
  });
  expect(answer.status, answer.text).toBe(201);
});

test("a body that waits for the service is not blamed for it", async ({ parts }) => {
  const sql: Sql = {
    ...parts.sql,
    query: async <R extends Row>(text: string, parameters?: readonly unknown[]) => {
      if (text.includes("batch_items")) await pause(700);
      return parts.sql.query<R>(text, parameters);
    },
  };
  await using api = await startTestApi(parts, { sql, timing: { paceMs: 150 } });
  const metadata = { padding: "x".repeat(500) };
  const requests = requestsAbout(await uploadCsv(api), 500).map((request) => ({
    ...request,
    metadata,
  }));
  const { counts } = await submitBatch(api, toLines(requests));
  expect(counts.total).toBe(500);
});

/** A file larger than all buffers between here and a client. */
async function largeFile({ sql, files, directory }: TestParts): Promise<string> {
  const path = join(directory, "large");
  const bytes = 32 * 1024 * 1024;
  await writeFile(path, Buffer.alloc(bytes, "x"));
  await files.put("default/large", path);
  const { id } = await createFile(sql, {
    tenantId: "default",
    storageKey: "default/large",
    file: {
      id: newId("file"),
      object: "file",
      name: "large.txt",
      bytes,
      sha256: "a".repeat(64),
      media_type: "text/plain",
      kind: "table",
      created_at: new Date().toISOString(),
      profile: { name: null, label: null, row_count: 1, columns: [], more_tables: [] },
    },
  });
  return id;
}

test("an answer that nobody takes loses its place to others", async ({ parts }) => {
  const id = await largeFile(parts);
  await using api = await startTestApi(parts, { config: { maxConcurrentRequests: 1 }, timing: { paceMs: 500 } });
  using socket = Object.assign(open(api), { [Symbol.dispose]: () => socket.destroy() });
  socket.pause();
  socket.write(`GET /api/v1/files/${id}/content HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  await expect.poll(async () => (await api.call("GET", RESEARCH)).status).toBe(503);
  const line = await api.logged(({ path }) => path === `/api/v1/files/${id}/content`);
  expect(line).toMatchObject({ client_gone: true });
  expect((await api.call("GET", RESEARCH)).status).toBe(200);
});

test("an event stream ends when its key is revoked", async ({ parts }) => {
  await using api = await startTestApi(parts, { config: { auth: "on" }, timing: { keyMs: 100 } });
  const acme = await withNewKey(api, parts.sql, { tenantId: "acme" });
  const { links } = await submit(acme);
  const stream = readEvents(new URL(links.events, api.url).href, { authorization: `Bearer ${acme.key}` });
  expect((await stream.next()).value).toMatchObject({ type: "research.queued" });
  await revokeApiKey(parts.sql, acme.keyId);
  await expect(stream.next()).rejects.toThrow();
});
