import { expect, test } from "vitest";
import { createMetrics, type Metrics } from "./create-metrics.ts";

/** The value of the series, written as Prometheus writes it; null where there is none. */
async function valueIn(metrics: Metrics, series: string): Promise<number | null> {
  const { text } = await metrics.read();
  const line = text.split("\n").find((each) => each.startsWith(`${series} `));
  return line === undefined ? null : Number(line.slice(series.length + 1));
}

test("a process has a registry of its own, with the figures of Node", async () => {
  const [one, other] = [createMetrics(), createMetrics()];
  one.model.answered(429);
  const series = 'pharmadb_model_http_responses_total{status="429"}';
  expect(await valueIn(one, series)).toBe(1);
  expect(await valueIn(other, series)).toBe(0);
  const { contentType, text } = await one.read();
  expect(contentType).toMatch(/^text\/plain; version=0\.0\.4/);
  for (const name of ["process_resident_memory_bytes", "nodejs_eventloop_lag_seconds", "nodejs_gc_duration_seconds"]) {
    expect(text).toContain(`# TYPE ${name} `);
  }
});

test("what clients and models make up makes no series", async () => {
  const metrics = createMetrics();
  for (let n = 0; n < 100; n++) {
    metrics.http.answered({ method: `M${n}`, route: null, status: 404, seconds: 0.01 });
    metrics.tools.called(null, "refused", 0.01);
    const call = { model: "gpt-5-mini", role: `role ${n}`, seconds: 1 };
    metrics.model.called({ ...call, outcome: "model_unavailable", usage: null });
  }
  const count = 'pharmadb_http_request_duration_seconds_count{method="other",route="unmatched",status="404"}';
  expect(await valueIn(metrics, count)).toBe(100);
  expect(await valueIn(metrics, 'pharmadb_tool_duration_seconds_count{tool="unknown",outcome="refused"}')).toBe(100);
  const calls = 'pharmadb_model_calls_total{model="gpt-5-mini",role="other",outcome="model_unavailable"}';
  expect(await valueIn(metrics, calls)).toBe(100);
});

test("a client that leaves before its answer is counted as such", async () => {
  const metrics = createMetrics();
  metrics.http.answered({ method: "GET", route: "/healthz", status: null, seconds: 0.01 });
  const count = 'pharmadb_http_request_duration_seconds_count{method="GET",route="/healthz",status="499"}';
  expect(await valueIn(metrics, count)).toBe(1);
});

test("an attempt counts as running until it ends, and as lost where nobody says how it ended", async () => {
  const metrics = createMetrics();
  {
    using attempt = metrics.jobs.begin();
    using _other = metrics.jobs.begin();
    attempt.ended("completed");
    expect(await valueIn(metrics, "pharmadb_jobs_running")).toBe(2);
  }
  expect(await valueIn(metrics, "pharmadb_jobs_running")).toBe(0);
  for (const [outcome, count] of [
    ["completed", 1],
    ["lost", 1],
    ["failed", 0],
  ] as const) {
    expect(await valueIn(metrics, `pharmadb_job_duration_seconds_count{outcome="${outcome}"}`)).toBe(count);
  }
});

test("queues are counted at each scrape, and one that does not answer has no figures", async () => {
  const metrics = createMetrics();
  let waiting = 3;
  let broken = false;
  metrics.queue.watchDepth("research", async () => {
    if (broken) throw new Error("The queue is out.");
    return { waiting: waiting++, active: 1 };
  });
  metrics.queue.watchBacklog(async () => [{ priority: "batch", jobs: 7, oldestSeconds: 60 }]);
  const series = 'pharmadb_queue_entries{queue="research",state="waiting"}';
  expect([await valueIn(metrics, series), await valueIn(metrics, series)]).toEqual([3, 4]);
  expect(await valueIn(metrics, 'pharmadb_backlog_oldest_seconds{priority="batch"}')).toBe(60);
  broken = true;
  expect(await valueIn(metrics, series)).toBeNull();
  expect(await valueIn(metrics, 'pharmadb_scrape_failures_total{source="queue"}')).toBe(2);
  expect(await valueIn(metrics, 'pharmadb_backlog_jobs{priority="batch"}')).toBe(7);
});

test("a queue that hangs holds a scrape up for two seconds, not longer", async () => {
  const metrics = createMetrics();
  metrics.queue.watchDepth("research", () => new Promise(() => undefined));
  metrics.model.answered(200);
  const startedAt = performance.now();
  expect(await valueIn(metrics, 'pharmadb_model_http_responses_total{status="200"}')).toBe(1);
  expect(performance.now() - startedAt).toBeLessThan(4_000);
});
