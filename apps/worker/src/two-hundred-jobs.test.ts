import { open, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AppError } from "@pharmadb/contracts";
import { requestCancel } from "@pharmadb/store";
import { expect, test } from "vitest";
import type { RunAgents } from "./process-research.ts";
import { emptyReport, leftFolders, openWorld, TENANT, type World } from "./testing/open-world.ts";

const JOBS = 200;
const TIMEOUT_MS = 120_000;

/** What this process holds open: file descriptors, timers, sockets and so on by kind, and the jobs' folders. */
async function whatIsOpen(world: World): Promise<Map<string, number>> {
  const open = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) open.set(kind, (open.get(kind) ?? 0) + 1);
  open.set("descriptors", (await readdir("/proc/self/fd")).length);
  return open.set("folders", (await leftFolders(world)).length);
}

/** The most of each kind over a few looks, for some timers come and go while nothing happens. */
async function mostOpen(world: World): Promise<Map<string, number>> {
  const most = new Map<string, number>();
  for (let look = 0; look < 20; look++) {
    for (const [kind, count] of await whatIsOpen(world)) most.set(kind, Math.max(count, most.get(kind) ?? 0));
    await nextLook();
  }
  return most;
}

const nextLook = () => new Promise((resolve) => setTimeout(resolve, 10));

/** What is open more than before, once it has had time to close. */
async function leaks(world: World, before: Map<string, number>): Promise<[string, number][]> {
  for (let look = 0; ; look++) {
    const more = [...(await whatIsOpen(world))].filter(([kind, count]) => count > (before.get(kind) ?? 0));
    if (more.length === 0 || look === 200) return more;
    await nextLook();
  }
}

async function untilIdle({ queues }: World): Promise<void> {
  const left = async () => Object.values(await queues.research.counts()).some((count) => count > 0);
  while (await left()) await nextLook();
}

/** Agents that leave behind all that a job may: copies, files of their own, open handles, timers; and end each way. */
const untidy =
  (world: World): RunAgents =>
  async (job, { journal }, signal) => {
    const turn = Number(job.question.split(" ")[1]);
    const path = job.files[0]?.path ?? "";
    await journal.toolStep("read", async () => ({
      result: { ok: true, content: await readFile(path, "utf8"), data: null, evidence: [] },
    }));
    await writeFile(join(dirname(path), "scratch"), "x".repeat(1000));
    await using _handle = await open(path);
    if (turn % 5 === 1) throw new AppError("model_refused", "No.");
    if (turn % 5 === 2 && journal.usage().model_calls === 0) {
      await journal.step("once", async () => ({ output: null, usage: { model_calls: 1 } }));
      throw new AppError("model_unavailable", "Later.");
    }
    if (turn % 5 === 3) await requestCancel(world.database.sql, TENANT, job.id);
    // On a busy machine the time may be up before the wait for it begins.
    signal.throwIfAborted();
    if (turn % 5 >= 3) {
      await new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    }
    return emptyReport();
  };

test("two hundred jobs, however they end, leave no open handle, no timer and no temporary file", {
  timeout: TIMEOUT_MS,
}, async () => {
  await using world = await openWorld();
  const file = await world.upload();
  await using _worker = await world.start(untidy(world), {
    concurrency: 40,
    timing: { retryBaseMs: 10, dispatchMs: 20, cancelPollMs: 50 },
  });
  const submit = (turn: number) =>
    world.submit({ question: `Turn ${turn}`, file_ids: [file], ...(turn % 5 === 4 && { timeout_seconds: 1 }) });
  // One job of each kind first, so that what is opened once and kept counts as open before.
  await Promise.all((await Promise.all([0, 1, 2, 3, 4].map(submit))).map((id) => world.untilEnd(id)));
  await untilIdle(world);
  const before = await mostOpen(world);
  expect(before.get("folders")).toBe(0);

  const ids = await Promise.all(Array.from({ length: JOBS }, (_, turn) => submit(turn)));
  const ended = await Promise.all(ids.map((id) => world.untilEnd(id)));
  const statuses = Object.groupBy(ended, ({ status, error }) => error?.code ?? status);
  expect(Object.entries(statuses).map(([status, jobs]) => [status, jobs?.length])).toEqual(
    expect.arrayContaining([
      ["completed", (JOBS / 5) * 2],
      ["model_refused", JOBS / 5],
      ["cancelled", JOBS / 5],
      ["timeout", JOBS / 5],
    ]),
  );
  await untilIdle(world);
  expect(await leaks(world, before)).toEqual([]);
});
