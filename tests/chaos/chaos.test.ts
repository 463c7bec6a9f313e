import { setTimeout as pause } from "node:timers/promises";
import type { Client } from "@pharmadb/client";
import { AppError, type ResearchEvent } from "@pharmadb/contracts";
import { findRedis } from "@pharmadb/queue/testing";
import { findPostgres } from "@pharmadb/store/testing";
import { describe, expect, test } from "vitest";
import { createRandom } from "../../samples/random.ts";
import { cancelUntilAnswered } from "./cancel-jobs.ts";
import { causeMayhem } from "./cause-mayhem.ts";
import { readRecord } from "./read-record.ts";
import { startScriptedModel } from "./scripted-model.ts";
import { startFleet } from "./start-fleet.ts";
import { submitJobs } from "./submit-jobs.ts";
import { expectEachToldOnce, watchWebhooks } from "./watch-webhooks.ts";
import { leftInQueues, orphans, temporaryFiles } from "./what-is-left.ts";

// `npm run test:chaos` in its short form; a soak sets larger ones.
const JOBS = Number(process.env.CHAOS_JOBS || 500);
const SECONDS = Number(process.env.CHAOS_SECONDS || 25);
const FOLLOWED_EVERY = 20;
// Others than those that are followed.
const isCancelled = (n: number) => n % 25 === 7;
const COME_AGAIN_MS = 500;
const TOLD_WITHIN_MS = 90_000;
const SEED = Number(process.env.CHAOS_SEED || 1);
const TIME_LIMIT_MS = (SECONDS * 2 + JOBS / 2 + 240) * 1000;

const missing = [findRedis() === null && "redis-server", (await findPostgres()) === null && "postgres"].filter(Boolean);

/** All events of a job. The service may be away when a follower first comes, who then comes again. */
async function followToEnd(client: Client, id: string): Promise<ResearchEvent[]> {
  const events: ResearchEvent[] = [];
  for (;;) {
    try {
      for await (const event of client.follow(id, { after: events.length })) events.push(event);
      return events;
    } catch (error) {
      if (!(error instanceof AppError && error.code === "unavailable")) throw error;
      await pause(COME_AGAIN_MS);
    }
  }
}

describe.skipIf(missing.length > 0)(`chaos${missing.map((name) => ` (no ${name} here)`).join("")}`, () => {
  test(`of ${JOBS} jobs none is lost, done twice or paid for twice while everything fails in turn`, {
    timeout: TIME_LIMIT_MS,
  }, async () => {
    await using model = await startScriptedModel(createRandom(SEED));
    await using fleet = await startFleet(model.url);
    await using receiver = await watchWebhooks(fleet, createRandom(SEED));
    const [api] = fleet.apis;
    if (!api) throw new Error("A fleet has an API.");
    const { id: fileId } = await api.client.uploadFile(fleet.tablePath);

    const followed: Promise<ResearchEvent[]>[] = [];
    const cancels: Promise<void>[] = [];
    const onAccepted = (n: number, id: string) => {
      if (n % FOLLOWED_EVERY === 0) followed.push(followToEnd(api.client, id));
      if (isCancelled(n)) cancels.push(cancelUntilAnswered(api.client, id));
    };
    const [ids, { kills }] = await Promise.all([
      submitJobs(fleet.apis, { count: JOBS, fileId, overMs: SECONDS * 1000, onAccepted }),
      causeMayhem(fleet, { seconds: SECONDS }),
    ]);
    expect(kills).toBeGreaterThan(SECONDS / 5);
    await Promise.all(cancels);
    const ended = await Promise.all(ids.map((id) => api.client.waitForEnd(id)));

    // Each accepted job has ended, once, with its own result; there are no others.
    expect(new Set(ids).size).toBe(JOBS);
    const otherwise = ended.filter(({ status }) => status !== "completed");
    expect(otherwise.filter(({ id, status }) => !(status === "cancelled" && isCancelled(ids.indexOf(id))))).toEqual([]);
    expect(otherwise.length).toBeGreaterThan(0);
    const { jobs, steps } = await readRecord(fleet);
    expect(jobs.map(({ id }) => id).sort()).toEqual(ids.toSorted());
    for (const job of jobs) expect(job).toMatchObject({ ends: 1, events: job.event_seq, event_ids: job.events });
    const completed = jobs.filter(({ status }) => status === "completed");
    for (const job of completed) expect(job).toMatchObject({ starts: 1, resumes: job.attempt - 1 });
    // It was the workers' deaths that were survived: some jobs had more than one attempt.
    expect(jobs.filter(({ attempt }) => attempt > 1).length).toBeGreaterThan(0);

    // Who followed a job was told each of its events once, in their order.
    for (const events of await Promise.all(followed)) {
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
      expect(events.at(-1)?.type).toBe("research.completed");
    }

    // No model call came for a step that was in the journal.
    const savedAt = new Map(steps.map(({ question, key, saved_at }) => [`${question} ${key}`, saved_at]));
    const questions = new Set(completed.map(({ question }) => question));
    expect(steps.filter(({ question }) => questions.has(question))).toHaveLength(4 * completed.length);
    const repeated = model.answered.filter(({ question, stepKey, cameAt }) => {
      // What a job did while it was being cancelled need not be kept.
      if (!questions.has(question)) return false;
      const saved = savedAt.get(`${question} ${stepKey}`);
      if (!saved) throw new Error(`The journal has no step ${stepKey} of "${question}".`);
      return cameAt > saved;
    });
    expect(repeated).toEqual([]);

    // What was being told when its worker was killed is told again once the lease of the attempt has run out.
    const pending = async () => (await readRecord(fleet)).deliveries.filter(({ status }) => status === "pending");
    await expect.poll(pending, { timeout: TOLD_WITHIN_MS, interval: 1000 }).toEqual([]);
    expectEachToldOnce(receiver, await readRecord(fleet));

    // Everybody ends in peace, and nothing is left of those who did not.
    expect(await fleet.stop()).toEqual([...fleet.workers, ...fleet.apis].map(() => 0));
    const after = await readRecord(fleet);
    expect(after).toMatchObject({ locks: [], openTransactions: [], workers: [], faultsOfTrail: [] });
    // The trail, which the last worker has sealed, tells of each end once.
    expect(after.endsInTrail.sort()).toEqual(completed.map(({ id }) => id).sort());
    await expect.poll(() => orphans(fleet), { timeout: 10_000 }).toEqual([]);
    expect(await temporaryFiles(fleet)).toEqual([]);
    expect(await leftInQueues(fleet)).toEqual([]);
  });
});
