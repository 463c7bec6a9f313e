import { connect } from "node:net";
import { expect } from "vitest";
import { test } from "../../testing/api-test.ts";
import { startTestApi, type TestApi } from "../../testing/start-test-api.ts";
import { submit } from "../../testing/submit.ts";

const DURATION = "pharmadb_http_request_duration_seconds_count";

async function scrape(api: TestApi): Promise<string> {
  const answer = await api.call("GET", "/metrics");
  expect(answer.status, answer.text).toBe(200);
  expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  return answer.text;
}

test("requests are measured by route, and neither ids nor unknown paths make series", async ({ parts }) => {
  await using api = await startTestApi(parts);
  const { id } = await submit(api);
  for (const each of [id, id, "res_00000000000000000000000000"]) await api.call("GET", `/api/v1/research/${each}`);
  for (const path of ["/secret-one", "/secret-two"]) await api.call("GET", path);
  await api.call("PATCH", "/api/v1/research");
  await expect.poll(() => scrape(api)).toContain(`${DURATION}{method="PATCH",route="/api/v1/research",status="405"} 1`);
  const text = await scrape(api);
  expect(text).toContain(`${DURATION}{method="POST",route="/api/v1/research",status="202"} 1`);
  expect(text).toContain(`${DURATION}{method="GET",route="/api/v1/research/:id",status="200"} 2`);
  expect(text).toContain(`${DURATION}{method="GET",route="/api/v1/research/:id",status="404"} 1`);
  expect(text).toContain(`${DURATION}{method="GET",route="unmatched",status="404"} 2`);
  for (const made of [id, "secret", "default"]) expect(text).not.toContain(made);
});

test("a waiting request is in flight until its client has left", async ({ parts }) => {
  await using api = await startTestApi(parts);
  const { links } = await submit(api);
  const client = new AbortController();
  const waiting = fetch(`${api.url}${links.self}?wait=60`, { signal: client.signal });
  await expect.poll(() => scrape(api)).toContain('pharmadb_http_requests_in_flight{traffic="stream"} 1');
  client.abort();
  await expect(waiting).rejects.toThrow();
  await expect.poll(() => scrape(api)).toContain('pharmadb_http_requests_in_flight{traffic="stream"} 0');
  expect(await scrape(api)).toContain(`${DURATION}{method="GET",route="/api/v1/research/:id",status="499"} 1`);
});

test("metrics are refused through a proxy, and with a token to whoever lacks it", async ({ parts }) => {
  await using open = await startTestApi(parts);
  const proxied = await open.call("GET", "/metrics", { headers: { "x-forwarded-for": "127.0.0.1" } });
  expect(proxied).toMatchObject({ status: 403, body: { code: "forbidden" } });
  const metricsToken = "a-token-of-some-length";
  await using closed = await startTestApi(parts, { config: { metricsToken } });
  expect((await closed.call("GET", "/metrics")).status).toBe(401);
  const headers = { authorization: `Bearer ${metricsToken}`, "x-forwarded-for": "203.0.113.5" };
  expect((await closed.call("GET", "/metrics", { headers })).status).toBe(200);
});

test("what is no HTTP is no series", async ({ parts }) => {
  await using api = await startTestApi(parts);
  const socket = connect(Number(new URL(api.url).port), "127.0.0.1");
  socket.end("hello\r\n\r\n");
  for await (const _ of socket);
  expect(await scrape(api)).not.toContain("hello");
});
