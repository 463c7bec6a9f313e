import { AppError, CANCELS, newId } from "@pharmadb/contracts";
import { listEvidence, releaseAll, requestCancel, retryResearch, saveStep } from "@pharmadb/store";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunAgents } from "./process-research.ts";
import { emptyReport, leftFolders, openWorld, TENANT, type World } from "./testing/open-world.ts";
import { TIMING } from "./timing.ts";

// One database for all, for making one takes seconds. Each test has its own jobs and its own worker.
let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const SHORT = { retryBaseMs: 20, dispatchMs: 20, cancelPollMs: 50, settleMs: 50, wrapUpMs: 50 };

/** Agents that end only by their signal. */
const untilAborted: RunAgents = (_job, _deps, signal) =>
  new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });

/** Agents that fail as told, one failure a run, then succeed. */
function failing(...failures: unknown[]): RunAgents & { runs: number } {
  const agents = Object.assign(
    async () => {
      const failure = failures[agents.runs++];
      if (failure !== undefined) throw failure;
      return emptyReport();
    },
    { runs: 0 },
  );
  return agents;
}

const unavailable = () => new AppError("model_unavailable", "The model is not there.");

test("a job goes from queued to completed, with its steps, evidence, usage and events in the record", async () => {
  await using _worker = await world.start(async (job, { journal }) => {
    await journal.step("plan", async () => ({
      output: { steps: 1 },
      usage: { model_calls: 1, input_tokens: 10 },
      events: [{ key: "plan", type: "plan.created", data: { steps: 1 } }],
    }));
    const item = { tool: "t", arguments: {}, query: null, content: job.files.length, sources: [] };
    const { evidence } = await journal.toolStep("tool", async () => ({
      result: { ok: true, content: "one", data: null, evidence: [item] },
    }));
    return emptyReport(`E${evidence[0]?.n} of ${job.sources}`);
  });
  const research = await world.untilEnd(await world.submit({ file_ids: [await world.upload()] }));
  expect(research).toMatchObject({
    status: "completed",
    attempt: 1,
    report: { title: "E1 of files" },
    usage: { model_calls: 1, tool_calls: 1, input_tokens: 10 },
  });
  expect(await world.eventTypes(research.id)).toEqual([
    "research.queued",
    "research.started",
    "plan.created",
    "research.completed",
  ]);
  expect(await listEvidence(world.database.sql, TENANT, research.id)).toMatchObject([{ n: 1, content: 1 }]);
});

test("an error that will not pass fails the job at once", async () => {
  const agents = failing(new AppError("model_refused", "No."));
  await using _worker = await world.start(agents, { timing: SHORT });
  const research = await world.untilEnd(await world.submit());
  expect(research).toMatchObject({
    status: "failed",
    attempt: 1,
    error: { code: "model_refused", message: "No.", retryable: false },
  });
  expect(agents.runs).toBe(1);
});

test("an error that may pass is tried again, and the job can still succeed", async () => {
  const agents = failing(unavailable(), unavailable());
  await using _worker = await world.start(agents, { timing: SHORT });
  const research = await world.untilEnd(await world.submit());
  expect(research).toMatchObject({ status: "completed", attempt: 3, error: null });
  expect(await world.eventTypes(research.id)).toEqual([
    "research.queued",
    "research.started",
    "research.resumed",
    "research.resumed",
    "research.completed",
  ]);
});

test("after three tries the job fails, and its owner can have it tried three more times", async () => {
  const agents = failing(...Array.from({ length: 5 }, unavailable));
  await using _worker = await world.start(agents, { timing: SHORT });
  const id = await world.submit();
  const failed = await world.untilEnd(id);
  expect(failed).toMatchObject({ status: "failed", attempt: 3, error: { code: "model_unavailable", retryable: true } });
  // At once, while the queue entry of the failed run may still be there.
  expect(await retryResearch(world.database.sql, TENANT, id)).toBe("queued");
  expect(await world.untilEnd(id)).toMatchObject({ status: "completed", attempt: 6 });
  expect(agents.runs).toBe(6);
});

test("a retry waits as long as the other side asks", async () => {
  const startedMs: number[] = [];
  await using _worker = await world.start(
    async () => {
      startedMs.push(performance.now());
      if (startedMs.length === 1) throw new AppError("rate_limited", "Later.", { retryAfterSeconds: 0.3 });
      return emptyReport();
    },
    { timing: { ...SHORT, retryBaseMs: 1 } },
  );
  await world.untilEnd(await world.submit());
  const [first = 0, second = 0] = startedMs;
  expect(second - first).toBeGreaterThanOrEqual(300);
});

test("an unknown error is internal: its message stays in the log, told once with its cause", async () => {
  const agents = failing(...Array.from({ length: 3 }, () => new TypeError("secret of the house")));
  await using _worker = await world.start(agents, { timing: SHORT });
  const research = await world.untilEnd(await world.submit());
  expect(research.error).toEqual({ code: "internal", message: "An internal error occurred.", retryable: true });
  const lines = world.logs.filter((line) => line.research_id === research.id && line.level === "error");
  expect(lines.map(({ message, attempt }) => [message, attempt])).toEqual([
    ["to be tried again", 1],
    ["to be tried again", 2],
    ["failed", 3],
  ]);
  expect(lines[2]).toMatchObject({ tenant_id: TENANT, error: { cause: { message: "secret of the house" } } });
});

test.each([
  ["heeds its signal", untilAborted],
  ["does not heed its signal", () => new Promise<never>(() => undefined)],
])("a job past its time fails with timeout where the run %s", async (_name, agents) => {
  await using _worker = await world.start(agents, { timing: SHORT, timeoutSeconds: 0.1 });
  const research = await world.untilEnd(await world.submit());
  expect(research).toMatchObject({ status: "failed", attempt: 1, error: { code: "timeout" } });
});

test("a request's own time limit counts before the general one", async () => {
  await using _worker = await world.start(untilAborted, { timing: SHORT, timeoutSeconds: 60 });
  const research = await world.untilEnd(await world.submit({ timeout_seconds: 1 }));
  expect(research.error?.code).toBe("timeout");
});

test("a job past its time is completed where the run still has something to report", async () => {
  const partial: RunAgents = async (...run) => {
    await untilAborted(...run).catch(() => undefined);
    // Longer than one that is cancelled would get.
    await new Promise((resolve) => setTimeout(resolve, 100));
    return { ...emptyReport(), partial: true };
  };
  await using _worker = await world.start(partial, { timing: { ...SHORT, wrapUpMs: 10_000 }, timeoutSeconds: 0.1 });
  const research = await world.untilEnd(await world.submit());
  expect(research).toMatchObject({ status: "completed", attempt: 1, report: { partial: true }, error: null });
});

// The worker does not look by itself for as long as the test may take: being told is what ends the job.
test("a running job ends as soon as its worker is told that it is to be cancelled", async () => {
  await using _worker = await world.start(untilAborted, { timing: { cancelPollMs: 600_000, settleMs: 600_000 } });
  const id = await world.submit();
  await world.until(id, ({ status }) => status === "running");
  expect(await requestCancel(world.database.sql, TENANT, id)).toBe("requested");
  await world.queues.wakeups.notify(CANCELS);
  expect(await world.untilEnd(id)).toMatchObject({ status: "cancelled", report: null, error: null });
  expect((await world.eventTypes(id)).at(-1)).toBe("research.cancelled");
});

test("a job whose worker has not been told ends all the same, at the next look", async () => {
  await using _worker = await world.start(untilAborted);
  const id = await world.submit();
  await world.until(id, ({ status }) => status === "running");
  expect(await requestCancel(world.database.sql, TENANT, id)).toBe("requested");
  expect(await world.untilEnd(id)).toMatchObject({ status: "cancelled" });
});

test("the waits on the way to a cancelled job are less than a second together, also where a hint is lost", () => {
  expect(TIMING.cancelPollMs + TIMING.settleMs + TIMING.batchRestMs).toBeLessThan(1_000);
});

test("a job that is to be cancelled is not tried again", async () => {
  await using _worker = await world.start(
    async ({ id }) => {
      await requestCancel(world.database.sql, TENANT, id);
      throw unavailable();
    },
    { timing: { ...SHORT, cancelPollMs: 60_000 } },
  );
  expect(await world.untilEnd(await world.submit())).toMatchObject({ status: "cancelled", attempt: 1 });
});

test("a job that took its process down five times fails instead of doing so again", async () => {
  const id = await world.create();
  for (let crash = 0; crash < 5; crash++) await world.claimElsewhere(id);
  await releaseAll(world.database.sql);
  const agents = failing();
  await using _worker = await world.start(agents);
  expect(await world.untilEnd(id)).toMatchObject({ status: "failed", error: { code: "attempts_exhausted" } });
  expect(agents.runs).toBe(0);
});

test("a job that took its process down four times gets its fifth chance", async () => {
  const id = await world.create();
  for (let crash = 0; crash < 4; crash++) await world.claimElsewhere(id);
  await releaseAll(world.database.sql);
  await using _worker = await world.start(failing());
  expect(await world.untilEnd(id)).toMatchObject({ status: "completed", attempt: 5 });
});

test("an attempt that has been superseded writes nothing more and leaves the job to its successor", async () => {
  await using _worker = await world.start(async ({ id }, { journal }) => {
    await world.claimElsewhere(id);
    await journal.step("late", async () => ({ output: "late" }));
    return emptyReport();
  });
  const id = await world.submit();
  const dropped = () => world.logs.some((line) => line.research_id === id && line.message === "superseded");
  const research = await world.until(id, dropped);
  expect(research).toMatchObject({ status: "running", attempt: 2, report: null });
  const step = { researchId: id, attempt: 2, key: "mine", output: 1, evidence: [], usage: {}, events: () => [] };
  await expect(saveStep(world.database.sql, { ...step, attempt: 1 })).rejects.toMatchObject({ code: "superseded" });
  await expect(saveStep(world.database.sql, step)).resolves.toMatchObject({ output: 1 });
  await requestCancel(world.database.sql, TENANT, id);
  await world.claimElsewhere(id);
});

test("a worker that stops hands running jobs back, and the next one goes on from the journal", async () => {
  const calls: string[] = [];
  const agents: RunAgents = async (job, deps, signal) => {
    const { journal } = deps;
    await journal.step("first", async () => {
      calls.push("first");
      return { output: 1 };
    });
    await journal.step("second", async () => {
      calls.push("second");
      // Only the first worker waits; it is the one that is stopped.
      if (calls.length === 2) await untilAborted(job, deps, signal);
      return { output: 2 };
    });
    return emptyReport();
  };
  const stopping = await world.start(agents, { timing: { ...SHORT, graceMs: 50 } });
  const id = await world.submit();
  await world.until(id, () => calls.length === 2);
  await stopping[Symbol.asyncDispose]();
  expect(await world.until(id, () => true)).toMatchObject({ status: "queued", attempt: 1 });
  await using _next = await world.start(agents);
  expect(await world.untilEnd(id)).toMatchObject({ status: "completed", attempt: 2 });
  expect(calls).toEqual(["first", "second", "second"]);
});

test("a worker that stops lets a job end that needs little more time", async () => {
  const gate = Promise.withResolvers<void>();
  const worker = await world.start(() => gate.promise.then(() => emptyReport()));
  const id = await world.submit();
  await world.until(id, ({ status }) => status === "running");
  const closed = worker[Symbol.asyncDispose]();
  gate.resolve();
  await closed;
  expect(await world.until(id, () => true)).toMatchObject({ status: "completed", attempt: 1 });
});

test("a job whose worker is dead runs elsewhere, and entries without a job are dropped", async () => {
  const id = await world.create();
  await world.claimElsewhere(id);
  await world.queues.research.addBulk([
    { id: newId("res"), dispatch: 1, priority: "interactive" },
    { id, dispatch: 1, priority: "interactive" },
  ]);
  await using _worker = await world.start(failing(), { timing: { leaseMs: 1000, heartbeatMs: 100, reconcileMs: 100 } });
  expect(await world.untilEnd(id)).toMatchObject({ status: "completed", attempt: 2 });
  await expect.poll(() => world.queues.research.counts()).toEqual({ waiting: 0, active: 0 });
});

test("a job that its worker lost sight of is found again", async () => {
  const agents = failing();
  await using _worker = await world.start(agents, { timing: { reconcileMs: 50, dispatchMs: 20 } });
  const id = await world.create();
  const worker = "(select id from worker_processes where concurrency > 0)";
  await world.database.sql.query(
    `update research set status = 'running', attempt = 1, dispatch = 1, dispatched_at = now(), worker_id = ${worker},
       claimed_at = now() - interval '10 seconds' where id = $1`,
    [id],
  );
  expect(await world.untilEnd(id)).toMatchObject({ status: "completed", attempt: 2 });
});

test("a job that nobody told of, and one whose queue entry is gone, are run all the same", async () => {
  const [id, lost] = [await world.create(), await world.create()];
  await world.database.sql.query(
    "update research set dispatch = 1, dispatched_at = now() - interval '1 minute' where id = $1",
    [lost],
  );
  await using _worker = await world.start(failing(), { timing: { reconcileMs: 50 } });
  expect((await world.untilEnd(id)).status).toBe("completed");
  expect((await world.untilEnd(lost)).status).toBe("completed");
});

test("no more jobs run at once than allowed", async () => {
  let now = 0;
  let most = 0;
  await using _worker = await world.start(
    async () => {
      most = Math.max(most, ++now);
      await new Promise(setImmediate);
      now--;
      return emptyReport();
    },
    { concurrency: 3 },
  );
  const ids = await Promise.all(Array.from({ length: 12 }, () => world.submit()));
  await Promise.all(ids.map((id) => world.untilEnd(id)));
  expect(most).toBe(3);
});

test("a job goes on with the files that are left, and its agents are told of the one that is not", async () => {
  await using world = await openWorld();
  const [kept, gone] = [await world.upload("A\n1\n"), await world.upload("B\n2\n")];
  const id = await world.create({ file_ids: [gone, kept] });
  await world.database.sql.query("delete from files where id = $1", [gone]);
  await using _worker = await world.start(async ({ files, missingFiles }) => {
    expect(files.map((file) => file.id)).toEqual([kept]);
    return { ...emptyReport(), limitations: missingFiles.map(({ name, reason }) => `${name}: ${reason}`) };
  });
  const { report } = await world.untilEnd(id);
  expect(report?.limitations).toEqual([`${gone}: It has been deleted.`]);
  expect(await leftFolders(world)).toEqual([]);
});

test("a job whose file has been deleted fails and says which", async () => {
  const file = await world.upload();
  const id = await world.create({ file_ids: [file] });
  await world.database.sql.query("delete from files where id = $1", [file]);
  await using _worker = await world.start(failing());
  const research = await world.untilEnd(id);
  expect(research.error).toMatchObject({ code: "file_unreadable", message: expect.stringContaining(file) });
  expect(await leftFolders(world)).toEqual([]);
});
