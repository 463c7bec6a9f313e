import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startApiProcess, startWorkerProcess } from "@pharmadb/cli/testing";
import { describe, expect, test, vi } from "vitest";
import { turnOf } from "../chaos/scripted-model.ts";
import type { ScriptedAnswer } from "../doubles/openai/build-response.ts";
import { startOpenAiDouble } from "../doubles/openai/start-openai-double.ts";
import { missingServers, startServers } from "./start-servers.ts";

const AE = fileURLToPath(new URL("../../samples/trial/ae.csv", import.meta.url));
const missing = await missingServers();

// With the real leases and graces, of which each test waits for one.
vi.setConfig({ testTimeout: 180_000 });

const titled = (title: string): ScriptedAnswer => ({
  text: { title, answer: "There are events [E1].", findings: [], tables: [], limitations: [] },
});

/** Servers, an API, and a model whose first answer to who writes the report comes when the test says so. */
async function startService() {
  await using stack = new AsyncDisposableStack();
  const servers = stack.use(await startServers());
  const calls: string[] = [];
  const asked = Promise.withResolvers<void>();
  const first = Promise.withResolvers<ScriptedAnswer>();
  const model = stack.use(
    await startOpenAiDouble({
      script(body) {
        const { stepKey, answer } = turnOf(body);
        calls.push(stepKey);
        if (stepKey !== "write.turn.1.model") return answer;
        if (calls.filter((key) => key === stepKey).length > 1) return titled("By the second");
        asked.resolve();
        return first.promise;
      },
    }),
  );
  const env = { ...servers.env, OPENAI_API_KEY: "sk-test", OPENAI_BASE_URL: model.url };
  const api = stack.use(await startApiProcess({ env }));
  const { id: fileId } = await api.client.uploadFile(AE);
  const submit = () =>
    api.client.submit({ question: "How many adverse events are there?", file_ids: [fileId], depth: "quick" });
  const eventsOf = async (id: string) => {
    const headers = { accept: "application/json" };
    const response = await fetch(`${api.url}/api/v1/research/${id}/events`, { headers });
    return ((await response.json()) as { data: { type: string; at: string }[] }).data;
  };
  const owned = stack.move();
  return {
    api,
    calls,
    asked: asked.promise,
    answerFirst: first.resolve,
    submit,
    eventsOf,
    /** How many uploads are on their way. */
    uploading: async () => (await readdir(join(env.PHARMADB_DATA_DIR, "uploads")).catch(() => [])).length,
    startWorker: () => startWorkerProcess({ env }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** A file of two rows, of which the second comes when it may. */
async function* uploadInTwo(rest: Promise<void>): AsyncGenerator<Uint8Array> {
  yield Buffer.from('--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nA,B\n1,2\n');
  await rest;
  yield Buffer.from("3,4\n\r\n--x--\r\n");
}

describe.skipIf(missing.length > 0)(`workers${missing.map((name) => ` (no ${name} here)`).join("")}`, () => {
  test("one that was paused for longer than its lease cannot write over its successor when it wakes", async () => {
    await using service = await startService();
    await using paused = await service.startWorker();
    const { id } = await service.submit();
    await service.asked;
    paused.signal("SIGSTOP");
    await using successor = await service.startWorker();
    const ended = await service.api.client.waitForEnd(id);
    expect(ended).toMatchObject({ status: "completed", attempt: 2, report: { title: "By the second" } });
    const events = await service.eventsOf(id);

    service.answerFirst(titled("By the first"));
    paused.signal("SIGCONT");
    expect(await paused.logged(/"superseded"/)).toContain(id);
    expect(await service.api.client.getResearch(id)).toEqual(ended);
    expect(await service.eventsOf(id)).toEqual(events);
    // What the journal held was not asked for again, and the one that woke up goes on with other jobs.
    const report = "write.turn.1.model";
    expect(service.calls).toEqual([
      "plan.turn.1.model",
      ...["1", "2"].map((n) => `research.1.turn.${n}.model`),
      report,
      report,
    ]);
    await successor[Symbol.asyncDispose]();
    const next = await service.submit();
    expect(await service.api.client.waitForEnd(next.id)).toMatchObject({ status: "completed", attempt: 1 });
  });

  test("one that is told to stop hands its job back in time, and another goes on from the journal at once", async () => {
    await using service = await startService();
    await using stopping = await service.startWorker();
    const { id } = await service.submit();
    await service.asked;
    stopping.signal("SIGTERM");
    await using _other = await service.startWorker();
    expect(await stopping.ended).toBe(0);
    const endedAt = Date.now();
    expect(await service.api.client.waitForEnd(id)).toMatchObject({ status: "completed", attempt: 2 });
    const resumed = (await service.eventsOf(id)).find(({ type }) => type === "research.resumed");
    // A lease lasts 15 seconds: that is how long it would have taken had the job not been handed back.
    expect(Date.parse(resumed?.at ?? "") - endedAt).toBeLessThan(5_000);
    expect(service.calls.filter((key) => key !== "write.turn.1.model")).toHaveLength(3);
  });

  test("a running job is cancelled within a second, for the API tells its worker", async () => {
    await using service = await startService();
    await using _worker = await service.startWorker();
    const { id } = await service.submit();
    await service.asked;
    const askedAt = Date.now();
    await service.api.client.cancel(id);
    const { status, finished_at } = await service.api.client.waitForEnd(id);
    expect(status).toBe("cancelled");
    // Some 30 ms on a quiet machine: nothing on the way waits for a clock. That this is so is tested with the worker.
    expect(Date.parse(finished_at ?? "") - askedAt).toBeLessThan(1_000);
  });

  test("an API that is told to stop answers what it has begun, tells followers to come again, and ends", async () => {
    await using service = await startService();
    await using _worker = await service.startWorker();
    const { id } = await service.submit();
    await service.asked;
    const { url } = service.api;
    const stream = await fetch(`${url}/api/v1/research/${id}/events`, { headers: { accept: "text/event-stream" } });
    const poll = fetch(`${url}/api/v1/research/${id}?wait=60`);
    const rest = Promise.withResolvers<void>();
    const upload = fetch(`${url}/api/v1/files`, {
      method: "POST",
      headers: { "content-type": "multipart/form-data; boundary=x" },
      body: ReadableStream.from(uploadInTwo(rest.promise)),
      duplex: "half",
    });
    await expect.poll(() => service.uploading(), { timeout: 30_000 }).toBe(1);
    service.api.signal("SIGTERM");
    expect(await stream.text()).toMatch(/retry: \d+\n\n$/);
    expect((await poll).status).toBe(200);
    rest.resolve();
    expect((await upload).status).toBe(201);
    expect(await service.api.ended).toBe(0);
  });
});
