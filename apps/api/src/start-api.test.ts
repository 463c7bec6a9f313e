import { readdir } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { Problem } from "@pharmadb/contracts";
import { expect } from "vitest";
import { createOpenApiDocument } from "./openapi/create-open-api-document.ts";
import { ROUTES } from "./routes.ts";
import { test } from "./testing/api-test.ts";
import { startTestApi, type TestApi, type TestParts } from "./testing/start-test-api.ts";
import { submit } from "./testing/submit.ts";
import { CSV, formWith, uploadCsv } from "./testing/upload.ts";

/** Sends these bytes and gives what comes back until the service closes the connection. */
async function talk(api: TestApi, text: string): Promise<string> {
  const socket = open(api);
  socket.write(text);
  let answer = "";
  for await (const chunk of socket) answer += chunk;
  return answer;
}

function open(api: TestApi): Socket {
  return connect(Number(new URL(api.url).port), "127.0.0.1");
}

async function statusWith(
  api: TestApi,
  headers: Record<string, string>,
  request = "GET /api/v1/research",
): Promise<number> {
  const lines = Object.entries({ Connection: "close", ...headers }).map(([name, value]) => `${name}: ${value}`);
  const answer = await talk(api, `${request} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
}

test("without keys it refuses to listen where others could reach it, and says why", async ({ parts }) => {
  for (const host of ["0.0.0.0", "::", "192.168.1.5", "example.org"]) {
    await expect(startTestApi(parts, { config: { host } }), host).rejects.toThrow(/other machines.*AUTH=on/s);
  }
});

test("it serves on IPv6 loopback as well", async ({ parts }) => {
  await using api = await startTestApi(parts, { config: { host: "::1" } });
  expect(api.url).toMatch(/^http:\/\/\[::1\]:\d+$/);
  expect((await api.call("GET", "/healthz")).body).toEqual({ status: "ok" });
});

test("a port that is taken is an error", async ({ api, parts }) => {
  const port = Number(new URL(api.url).port);
  await expect(startTestApi(parts, { config: { port } })).rejects.toThrow(/EADDRINUSE/);
});

test("only loopback names in the Host header are answered", async ({ api }) => {
  for (const host of ["localhost", "LOCALHOST:8000", "127.0.0.1:1", "127.8.9.1", "[::1]:80", "pharmadb.localhost"]) {
    expect(await statusWith(api, { Host: host }), host).toBe(200);
  }
  for (const host of [
    "evil.example",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "10.0.0.1",
    "evil-localhost",
    "localhost@evil.example",
    "",
  ]) {
    expect(await statusWith(api, { Host: host }), host).toBe(403);
  }
});

test("a page of another site can make the service do nothing", async ({ api }) => {
  const { host } = new URL(api.url);
  const cancel = "POST /api/v1/research/res_00000000000000000000000000/cancel";
  for (const origin of ["https://evil.example", "null", "http://localhost:3000", `https://${host}`]) {
    expect(await statusWith(api, { Host: host, Origin: origin, "Content-Length": "0" }, cancel), origin).toBe(403);
  }
  for (const site of ["cross-site", "same-site"]) {
    expect(await statusWith(api, { Host: host, "Sec-Fetch-Site": site, "Content-Length": "0" }, cancel), site).toBe(
      403,
    );
    expect(await statusWith(api, { Host: host, "Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors" }), site).toBe(403);
  }
  // Its own page may, and so may a link that its reader follows.
  expect(await statusWith(api, { Host: host, Origin: api.url, "Content-Length": "0" }, cancel)).toBe(404);
  const link = {
    Host: host,
    "Sec-Fetch-Site": "cross-site",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Dest": "document",
  };
  expect(await statusWith(api, link, "GET /")).toBe(200);
  const preflight = await api.call("OPTIONS", "/api/v1/research", {
    headers: { "access-control-request-method": "POST" },
  });
  expect([preflight.status, preflight.headers.get("allow")]).toEqual([204, "POST, GET, HEAD, OPTIONS"]);
  expect([...preflight.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
});

test("every answer has the headers that keep browsers from guessing", async ({ api }) => {
  for (const path of ["/", "/healthz", "/api/v1/research", "/docs", "/nothing"]) {
    const { headers } = await api.call("GET", path);
    expect(headers.get("content-security-policy"), path).toContain("default-src 'none'");
    expect(headers.get("x-frame-options"), path).toBe("DENY");
    expect(headers.get("cross-origin-resource-policy"), path).toBe("same-origin");
    expect(headers.get("x-powered-by"), path).toBeNull();
  }
});

test("what does not exist is a problem document, and a wrong method names the right ones", async ({ api }) => {
  expect((await api.call("GET", "/api/v2")).body).toMatchObject({
    status: 404,
    code: "not_found",
    instance: "/api/v2",
  });
  const patch = await api.call("PATCH", "/api/v1/files");
  expect([patch.status, patch.headers.get("allow")]).toEqual([405, "POST, GET, HEAD, OPTIONS"]);
  expect(patch.body).toMatchObject({ code: "method_not_allowed" });
  expect(await api.call("GET", "/api/v1/files/%zz")).toMatchObject({ status: 400, body: { code: "bad_request" } });
  expect(await api.call("GET", "/api/v1/files?limit=%zz")).toMatchObject({
    status: 400,
    body: { code: "bad_request" },
  });
});

test("what is no HTTP at all is answered with a problem document too", async ({ api }) => {
  const answer = await talk(api, "hello\r\n\r\n");
  expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
  expect(Problem.parse(JSON.parse(answer.split("\r\n\r\n")[1] ?? ""))).toMatchObject({ code: "bad_request" });
  const large = await talk(api, `GET / HTTP/1.1\r\nHost: localhost\r\nX-Large: ${"x".repeat(20_000)}\r\n\r\n`);
  expect(large).toMatch(/^HTTP\/1\.1 431 /);
});

test("a request id comes back when it is sane and is made up when not", async ({ api }) => {
  const idFor = async (sent: string) =>
    (await api.call("GET", "/healthz", { headers: { "x-request-id": sent } })).headers.get("x-request-id");
  expect(await idFor("trace-1/2:3")).toBe("trace-1/2:3");
  for (const sent of ["x".repeat(129), "a b", '"quoted"', ""]) expect(await idFor(sent)).toMatch(/^req_/);
});

test("an unknown error is logged once with its cause and never shown", async ({ parts }) => {
  const failing = {
    query: () => Promise.reject(new Error("password of the record is hunter2")),
    transaction: () => Promise.reject(new Error("no")),
    atOnce: 1,
  };
  await using api = await startTestApi(parts, { sql: failing });
  const answer = await api.call("GET", "/api/v1/research", { headers: { "x-request-id": "failing" } });
  expect(answer).toMatchObject({ status: 500, body: { code: "internal", request_id: "failing" } });
  expect(answer.text).not.toContain("hunter2");
  const errors = api.log.filter(({ level }) => level === "error");
  expect(errors).toMatchObject([{ request_id: "failing", error: { message: "password of the record is hunter2" } }]);
});

/** A sandbox whose inspections wait until they are let go. */
function heldSandbox({ sandbox }: TestParts) {
  const entered = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const inspect: typeof sandbox.inspect = async (...args) => {
    entered.resolve();
    await held.promise;
    return sandbox.inspect(...args);
  };
  return { sandbox: { ...sandbox, inspect }, entered: entered.promise, letGo: held.resolve };
}

test("over the limit requests are sent away, streams and health checks are not", async ({ parts }) => {
  const { sandbox, entered, letGo } = heldSandbox(parts);
  await using api = await startTestApi(parts, { sandbox, config: { maxConcurrentRequests: 1 } });
  await using other = await startTestApi(parts);
  const { links } = await submit(other);
  const uploading = uploadCsv(api);
  await entered;
  const refused = await api.call("GET", "/api/v1/research");
  expect(refused).toMatchObject({ status: 503, body: { code: "overloaded" } });
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  expect((await api.call("GET", "/healthz")).status).toBe(200);
  expect((await api.call("GET", "/readyz")).status).toBe(200);
  expect((await api.call("GET", `${links.self}?wait=1`)).status).toBe(200);
  expect((await api.call("GET", links.events, { headers: { accept: "application/json" } })).status).toBe(200);
  letGo();
  await uploading;
  expect((await api.call("GET", "/api/v1/research")).status).toBe(200);
});

test("only what can wait counts as waiting, whatever a request asks for", async ({ parts }) => {
  const { sandbox, entered, letGo } = heldSandbox(parts);
  await using api = await startTestApi(parts, { sandbox, config: { maxConcurrentRequests: 1 } });
  const uploading = uploadCsv(api);
  await entered;
  const waits = { prefer: "wait=30" };
  const upload = await api.call("POST", "/api/v1/files?wait=1", { body: formWith(CSV), headers: waits });
  const list = await api.call("GET", "/api/v1/research", { headers: waits });
  letGo();
  await uploading;
  expect([upload.body, list.body]).toMatchObject([{ code: "overloaded" }, { code: "overloaded" }]);
});

test("closing lets a request finish, takes no new one and does not wait for silent connections", async ({ parts }) => {
  const { sandbox, entered, letGo } = heldSandbox(parts);
  const api = await startTestApi(parts, { sandbox });
  const silent = open(api);
  await new Promise<void>((resolve) => silent.once("connect", () => resolve()));
  const uploading = uploadCsv(api);
  await entered;
  const closing = api.close();
  await expect(fetch(`${api.url}/healthz`)).rejects.toThrow();
  letGo();
  expect(await uploading).toMatch(/^file_/);
  await closing;
  expect(await readdir(join(parts.directory, "uploads"))).toEqual([]);
});

test("a connection that falls silent in its request is cut off, one that waits for its answer is not", async ({
  parts,
}) => {
  const { sandbox, entered, letGo } = heldSandbox(parts);
  await using api = await startTestApi(parts, { sandbox, timing: { silenceMs: 300 } });
  const uploading = uploadCsv(api);
  await entered;
  const half =
    "POST /api/v1/research HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{";
  // Begun after the upload went silent, and over before the upload goes on.
  expect(await talk(api, half)).toBe("");
  letGo();
  expect(await uploading).toMatch(/^file_/);
});

test("readiness names what is out", async ({ parts }) => {
  const { queues } = parts;
  const ok = await startTestApi(parts);
  expect(await ok.call("GET", "/readyz")).toMatchObject({
    status: 200,
    body: { status: "ok", checks: { record: "ok", queue: "ok", files: "ok", sandbox: "ok" } },
  });
  await ok.close();
  const files = { ...parts.files, put: () => Promise.reject(new Error("disk is full")) };
  const hanging = { ...queues, ping: () => new Promise<void>(() => undefined) };
  await using api = await startTestApi(parts, { files, queues: hanging, timing: { probeMs: 500 } });
  const answer = await api.call("GET", "/readyz");
  expect(answer).toMatchObject({
    status: 503,
    body: { status: "out", checks: { record: "ok", queue: "out", files: "out", sandbox: "ok" } },
  });
  expect((await api.call("GET", "/healthz")).status).toBe(200);
});

test("the document is served, and describes where it is served", async ({ api }) => {
  const answer = await api.call("GET", "/openapi.json");
  expect(answer.body).toEqual(JSON.parse(JSON.stringify(createOpenApiDocument(ROUTES))));
  expect(answer.body).toHaveProperty(["paths", "/openapi.json", "get"]);
});

test("the documentation page loads everything from here", async ({ api }) => {
  const page = await api.call("GET", "/docs");
  const addresses = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address ?? "");
  expect(addresses.length).toBeGreaterThan(3);
  for (const address of addresses) {
    expect(address).toMatch(/^\/docs\//);
    expect((await api.call("GET", address)).status, address).toBe(200);
  }
  expect(page.headers.get("content-security-policy")).toContain("connect-src 'self'");
  for (const name of ["..%2fpackage.json", "index.js", "swagger-ui-bundle.js.map"]) {
    expect((await api.call("GET", `/docs/${name}`)).status, name).toBe(404);
  }
});

test("the first page says how to begin, at its own address", async ({ api }) => {
  const { text, headers } = await api.call("GET", "/");
  expect(headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(text).toContain(`http://localhost:${new URL(api.url).port}/api/v1/research`);
  expect(text).toContain('href="/docs"');
  expect(text).not.toContain("$KEY");
});

test("the first page of a service with keys sends one along", async ({ parts }) => {
  await using api = await startTestApi(parts, { config: { auth: "on" } });
  const commands = [...(await api.call("GET", "/")).text.matchAll(/curl.*/g)].map(([line]) => line);
  expect(commands).toHaveLength(4);
  for (const command of commands) expect(command).toContain('-H "authorization: Bearer $KEY"');
});
