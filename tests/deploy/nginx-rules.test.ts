import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { Problem } from "@pharmadb/contracts";
import { describe, expect, test } from "vitest";
import { startEcho } from "./start-echo.ts";
import { findNginx, startNginx, type TestNginx } from "./start-nginx.ts";

/** Sends a request as it stands, without the tidying of a client; gives the whole answer. */
async function raw({ port }: TestNginx, requestLine: string, headers: Record<string, string> = {}): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  const lines = Object.entries({ Host: "pharmadb.example:8443", Connection: "close", ...headers });
  socket.write(`${requestLine} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`);
  return text(socket);
}

const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
const problemIn = (answer: string) => Problem.parse(JSON.parse(answer.slice(answer.indexOf("\r\n\r\n") + 4)));

describe.skipIf(findNginx() === null)(`the rules of nginx.conf${findNginx() ? "" : " (no nginx here)"}`, () => {
  test("what a client says of its own address is dropped; host and scheme are passed on", async () => {
    await using echo = await startEcho();
    await using nginx = await startNginx([echo.address]);
    await raw(nginx, "GET /api/v1/research?limit=1", {
      "X-Forwarded-For": "203.0.113.5, 10.0.0.1",
      "X-Forwarded-Proto": "https",
      "X-Forwarded-Host": "evil.example",
      "X-Real-IP": "203.0.113.5",
      Forwarded: "for=203.0.113.5",
      "X-Request-Id": "trace-1",
    });
    const [{ url, headers } = { url: "", headers: {} }] = echo.requests;
    expect(url).toBe("/api/v1/research?limit=1");
    expect(headers).toMatchObject({
      host: "pharmadb.example:8443",
      "x-forwarded-for": "127.0.0.1",
      "x-forwarded-proto": "http",
      "x-forwarded-host": "pharmadb.example:8443",
      "x-real-ip": "127.0.0.1",
      "x-request-id": "trace-1",
    });
    expect(headers).not.toHaveProperty("forwarded");
  });

  test("metrics are not for the outside, however their address is written", async () => {
    await using echo = await startEcho();
    await using nginx = await startNginx([echo.address]);
    for (const path of [
      "/metrics",
      "/metrics/",
      "//metrics",
      "/%6detrics",
      "/docs/../metrics",
      "/METRICS",
      "/metrics?x=1",
    ]) {
      const answer = await raw(nginx, `GET ${path}`);
      expect(statusOf(answer), path).toBe(404);
      expect(problemIn(answer).code).toBe("not_found");
    }
    expect(echo.requests).toEqual([]);
  });

  test("an overloaded process's own 503 with its Retry-After reaches the client, and no other process is asked", async () => {
    const overloaded = () => startEcho((response) => response.writeHead(503, { "Retry-After": "7" }).end("full"));
    await using one = await overloaded();
    await using other = await overloaded();
    await using nginx = await startNginx([one.address, other.address]);
    const answer = await fetch(`${nginx.url}/api/v1/research`);
    expect([answer.status, answer.headers.get("retry-after"), await answer.text()]).toEqual([503, "7", "full"]);
    expect(one.requests.length + other.requests.length).toBe(1);
  });

  test("a request whose process dies under it goes to the next one if it is safe to send twice, and only then", async () => {
    await using dying = await startEcho((response) => response.destroy());
    await using living = await startEcho();
    await using nginx = await startNginx([dying.address, living.address]);
    const ask = (method: string) => fetch(`${nginx.url}/api/v1/research`, { method });
    const gets = await Promise.all([ask("GET"), ask("GET")]);
    expect(gets.map(({ status }) => status)).toEqual([200, 200]);
    await using onlyDying = await startNginx([dying.address]);
    dying.requests.length = 0;
    const post = await fetch(`${onlyDying.url}/api/v1/research`, { method: "POST", body: "{}" });
    expect([post.status, post.headers.get("retry-after")]).toEqual([502, "2"]);
    expect(Problem.parse(await post.json())).toMatchObject({ status: 502, code: "unavailable" });
    expect(dying.requests.filter(({ method }) => method === "POST")).toHaveLength(1);
  });

  test("a POST that could not be sent goes to a process that can be reached", async () => {
    await using gone = await startEcho();
    const { address } = gone;
    await gone[Symbol.asyncDispose]();
    await using living = await startEcho();
    await using nginx = await startNginx([address, living.address]);
    for (let n = 0; n < 4; n++) {
      expect((await fetch(`${nginx.url}/api/v1/research`, { method: "POST", body: "{}" })).status).toBe(200);
    }
    expect(living.requests).toHaveLength(4);
  });

  test("headers and JSON bodies that are too large are refused with a problem document before they reach a process", async () => {
    await using echo = await startEcho();
    await using nginx = await startNginx([echo.address]);
    const header = await raw(nginx, "GET /", { "X-Large": "x".repeat(20_000) });
    expect([statusOf(header), problemIn(header).code]).toEqual([400, "bad_request"]);
    const length = String(3 * 1024 * 1024);
    const body = await raw(nginx, "POST /api/v1/research", { "Content-Length": length });
    expect([statusOf(body), problemIn(body).code]).toEqual([413, "payload_too_large"]);
    expect(echo.requests).toEqual([]);
  });
});
