import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client } from "@pharmadb/client";
import type { ResearchEvent } from "@pharmadb/contracts";
import { expect, test, vi } from "vitest";
import { type CallKind, type ModelDouble, startModelDouble } from "../testing/start-model-double.ts";
import { startServe } from "../testing/start-serve.ts";

// Each test starts several processes with a fresh database, which takes seconds on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

async function temporaryDirectory() {
  const path = await mkdtemp(join(tmpdir(), "pharmadb-serve-test-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

const environment = (dataDir: string, model: ModelDouble) => ({
  PHARMADB_DATA_DIR: dataDir,
  OPENAI_API_KEY: "sk-for-a-double",
  OPENAI_BASE_URL: model.url,
});

async function submitCount(client: Client, directory: string): Promise<string> {
  const path = join(directory, "ae.csv");
  await writeFile(path, "USUBJID,AETERM\n01,NAUSEA\n02,NAUSEA\n02,RASH\n");
  const file = await client.uploadFile(path);
  return (await client.submit({ question: "How many events?", file_ids: [file.id], depth: "quick" })).id;
}

async function eventsOf(client: Client, id: string): Promise<ResearchEvent[]> {
  return Array.fromAsync(client.follow(id));
}

test("a job whose process is killed goes on where it stopped, at every restart, and repeats no finished step", async () => {
  await using directory = await temporaryDirectory();
  await using model = await startModelDouble();
  const variables = environment(join(directory.path, "data"), model);
  let id = "";
  for (const kind of ["findings after tool", "report"] satisfies CallKind[]) {
    await using service = await startServe(variables);
    const held = model.holdNext(kind);
    id ||= await submitCount(service.client, directory.path);
    await held;
    service.signal("SIGKILL");
    expect(await service.ended).toBe("SIGKILL");
  }
  await using service = await startServe(variables);
  const events = await eventsOf(service.client, id);
  const job = await service.client.getResearch(id);
  expect(job).toMatchObject({ status: "completed", attempt: 3, usage: { model_calls: 4, tool_calls: 1 } });
  expect(job.report?.findings).toMatchObject([{ statement: "There are 3 events [E1].", verdict: "supported" }]);
  expect(model.calls).toEqual(["plan", "findings", "findings after tool", "findings after tool", "report", "report"]);
  expect(await service.client.listEvidence(id)).toHaveLength(1);
  expect(events.map(({ type }) => type)).toEqual([
    "research.queued",
    "research.started",
    "plan.created",
    "step.started",
    "tool.called",
    "tool.returned",
    "research.resumed",
    "step.completed",
    "research.resumed",
    "report.drafted",
    "report.verified",
    "research.completed",
  ]);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
});

test("a data folder that is named from where the service starts holds everything", async () => {
  await using directory = await temporaryDirectory();
  await using service = await startServe({ PHARMADB_DATA_DIR: "data" }, directory.path);
  const id = await submitCount(service.client, directory.path);
  expect(await service.client.waitForEnd(id)).toMatchObject({ status: "completed" });
  expect((await readdir(directory.path)).sort()).toEqual(["ae.csv", "data"]);
});

test("a second signal to stop ends the process at once, and nothing is lost by it", async () => {
  await using directory = await temporaryDirectory();
  await using model = await startModelDouble();
  const variables = environment(join(directory.path, "data"), model);
  let id = "";
  {
    await using service = await startServe(variables);
    const held = model.holdNext("report");
    id = await submitCount(service.client, directory.path);
    await held;
    service.signal("SIGTERM");
    const refused = expect.poll(() => service.client.getResearch(id).then(String, (error) => error.code));
    await refused.toBe("unavailable");
    service.signal("SIGTERM");
    expect(await service.ended).toBe(1);
  }
  await using service = await startServe(variables);
  expect(await service.client.waitForEnd(id)).toMatchObject({ status: "completed", attempt: 2 });
});

test("an idle service keeps others off its data folder, and stops at the first signal with exit code 0", async () => {
  await using directory = await temporaryDirectory();
  await using service = await startServe({ PHARMADB_DATA_DIR: directory.path });
  await expect(startServe({ PHARMADB_DATA_DIR: directory.path })).rejects.toThrow("in use by process");
  service.signal("SIGTERM");
  expect(await service.ended).toBe(0);
});
