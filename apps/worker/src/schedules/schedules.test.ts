import { NewSchedule, type Report, type Schedule } from "@pharmadb/contracts";
// biome-ignore lint/style/noRestrictedImports: the queue is also on a Redis; tests need one.
import { findRedis, startRedis } from "@pharmadb/queue/testing";
import {
  createEndpoint,
  createSchedule,
  deleteSchedule,
  getSchedule,
  listDeliveries,
  listScheduleRuns,
  updateSchedule,
} from "@pharmadb/store";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { emptyReport, openWorld, TENANT, type World } from "../testing/open-world.ts";

const CREATED = new Date("2026-03-01T12:00:30Z");
const UNTIL = { timeout: 20_000, interval: 20 };
/** Only the queue tells of what is due, or only the look for what is overdue does. */
const BY_QUEUE = { scheduleSweepMs: 3_600_000, maintenanceKeepMs: 3_600_000 };
const BY_SWEEP = { scheduleSweepMs: 30, maintenanceKeepMs: 3_600_000 };

function reportSaying(...statements: string[]): Report {
  const finding = { evidence: [1], confidence: "high", verdict: "supported", issues: [] } as const;
  const findings = statements.map((statement) => ({
    ...finding,
    evidence: [...finding.evidence],
    issues: [],
    statement,
  }));
  return { ...emptyReport(), findings };
}

/** A clock that stands still until it is told to go on. */
function clockAt(start: Date) {
  let at = start;
  return {
    now: () => at,
    set: (time: string) => {
      at = new Date(time);
    },
  };
}

describe("with the queue in the record", () => scheduleTests(() => openWorld()));
describe.skipIf(findRedis() === null)("with the queue on a Redis", () =>
  scheduleTests(async () => {
    await using stack = new AsyncDisposableStack();
    const redis = stack.use(await startRedis());
    const opened = stack.use(await openWorld({ redisUrl: redis.url }));
    const owned = stack.move();
    return { ...opened, [Symbol.asyncDispose]: () => owned.disposeAsync() };
  }),
);

function scheduleTests(open: () => Promise<World>): void {
  let world: World;
  beforeAll(async () => {
    world = await open();
  });
  afterAll(() => world[Symbol.asyncDispose]());

  async function minutely(fields: object = {}): Promise<Schedule & AsyncDisposable> {
    const { sql } = world.database;
    const research = { question: "How many?", file_ids: [await world.upload()] };
    const body = NewSchedule.parse({ cron: "* * * * *", research, ...fields });
    const schedule = await createSchedule(sql, TENANT, body, CREATED);
    return { ...schedule, [Symbol.asyncDispose]: async () => void (await deleteSchedule(sql, TENANT, schedule.id)) };
  }

  async function runsOf({ id }: Schedule) {
    const { data } = await listScheduleRuns(world.database.sql, TENANT, { scheduleId: id, limit: 100 });
    return data.toReversed();
  }

  const outcomes = async (schedule: Schedule) => (await runsOf(schedule)).map(({ outcome }) => outcome);

  test("a time that comes makes one job, however many workers look", async () => {
    await using schedule = await minutely();
    const clock = clockAt(CREATED);
    const options = { now: clock.now, timing: BY_SWEEP };
    const run = async () => reportSaying("12 subjects [E1].");
    await using _one = await world.start(run, options);
    await using _two = await world.start(run, options);
    await using _three = await world.start(run, options);
    clock.set("2026-03-01T12:01:00Z");
    await expect.poll(() => outcomes(schedule), UNTIL).toEqual(["completed"]);
    clock.set("2026-03-01T12:02:00.100Z");
    await expect.poll(() => outcomes(schedule), UNTIL).toEqual(["completed", "completed"]);
    expect((await runsOf(schedule)).map(({ due_at }) => due_at)).toEqual([
      "2026-03-01T12:01:00.000Z",
      "2026-03-01T12:02:00.000Z",
    ]);
  });

  test("times that pass while nobody is there make one job, for the last of them", async () => {
    await using schedule = await minutely();
    const clock = clockAt(new Date("2026-03-01T12:04:59Z"));
    const timing = { ...BY_QUEUE, scheduleSweepMs: 30 };
    await using _worker = await world.start(async () => reportSaying("12 subjects [E1]."), { now: clock.now, timing });
    await expect.poll(() => outcomes(schedule), UNTIL).toEqual(["completed"]);
    expect(await runsOf(schedule)).toMatchObject([{ due_at: "2026-03-01T12:04:00.000Z" }]);
    expect(await getSchedule(world.database.sql, TENANT, schedule.id)).toMatchObject({
      next_run_at: "2026-03-01T12:05:00.000Z",
    });
    clock.set("2026-03-01T12:05:00Z");
    await expect.poll(() => outcomes(schedule), UNTIL).toEqual(["completed", "completed"]);
  });

  test("the queue alone is enough to run a schedule on time", async () => {
    await using schedule = await minutely();
    const clock = clockAt(CREATED);
    await using _worker = await world.start(async () => emptyReport(), { now: clock.now, timing: BY_QUEUE });
    clock.set("2026-03-01T12:01:00Z");
    // In place of a minute, as often as a test can wait for.
    await world.queues.maintenance.recur({ id: schedule.id, everyMs: 40 });
    await expect.poll(() => outcomes(schedule), UNTIL).toEqual(["completed"]);
    await world.queues.maintenance.forget(schedule.id);
  });

  test("a queue that has lost everything learns again what recurs", async () => {
    await using schedule = await minutely();
    await world.queues.maintenance.reset();
    const timing = { scheduleSweepMs: 3_600_000, maintenanceKeepMs: 30 };
    await using _worker = await world.start(async () => emptyReport(), { now: () => CREATED, timing });
    const delayed = async () => (await world.queues.maintenance.counts()).delayed;
    // The schedule and retention.
    await expect.poll(delayed, UNTIL).toBe(2);
    await world.queues.maintenance.reset();
    await expect.poll(delayed, UNTIL).toBe(2);
    await updateSchedule(world.database.sql, TENANT, schedule.id, { paused: true }, CREATED);
    await expect.poll(delayed, UNTIL).toBe(1);
  });

  test("a time is skipped while the job before runs, and none runs more than may wait", async () => {
    await using schedule = await minutely();
    const clock = clockAt(new Date("2026-03-01T12:01:00Z"));
    const gate = Promise.withResolvers<void>();
    const run = async () => {
      await gate.promise;
      return emptyReport();
    };
    await using worker = await world.start(run, { now: clock.now, timing: BY_SWEEP });
    await expect.poll(() => outcomes(schedule), UNTIL).toEqual(["running"]);
    clock.set("2026-03-01T12:02:00Z");
    await expect.poll(() => outcomes(schedule), UNTIL).toEqual(["running", "skipped"]);
    gate.resolve();
    await expect.poll(() => outcomes(schedule), UNTIL).toEqual(["completed", "skipped"]);
    await worker[Symbol.asyncDispose]();
    clock.set("2026-03-01T12:03:00Z");
    await using _full = await world.start(run, { now: clock.now, timing: BY_SWEEP, maxQueuedPerTenant: 0 });
    await expect.poll(() => outcomes(schedule), UNTIL).toEqual(["completed", "skipped", "skipped"]);
    expect((await runsOf(schedule)).map(({ reason }) => reason)).toEqual([null, "previous_unfinished", "queue_full"]);
    const { text } = await world.metrics.read();
    expect(text).toContain('pharmadb_schedule_delay_seconds_count{outcome="queue_full"} 1');
  });

  test("only what has changed is told, with what it was and is", async () => {
    const { sql } = world.database;
    const { endpoint } = await createEndpoint(sql, TENANT, {
      url: "https://hooks.example.com/in",
      events: ["research.completed"],
      description: "",
    });
    await using schedule = await minutely({ notify: "on_change" });
    const reports = [
      reportSaying("12 of 30 subjects had nausea [E1].", "Headache was mild [E2]."),
      reportSaying("Headache was mild [E1].", "12 of 30 subjects had nausea [E3]."),
      reportSaying("14 of 30 subjects had nausea [E1].", "Headache was mild [E2]."),
    ];
    const clock = clockAt(CREATED);
    const left = [...reports];
    const run = async () => left.shift() ?? emptyReport();
    await using _worker = await world.start(run, {
      now: clock.now,
      timing: BY_SWEEP,
      queues: ["research", "maintenance"],
    });
    for (const minute of [1, 2, 3]) {
      clock.set(`2026-03-01T12:0${minute}:00Z`);
      await expect.poll(() => outcomes(schedule), UNTIL).toEqual(Array.from({ length: minute }, () => "completed"));
    }
    const [first, second, third] = await runsOf(schedule);
    const numbers = [
      {
        statement: "14 of 30 subjects had nausea.",
        before: "12 of 30 subjects had nausea.",
        numbers: [{ from: "12", to: "14" }],
      },
    ];
    expect(first?.changes).toBeNull();
    expect(second?.changes).toMatchObject({ compared_with: first?.research_id, changed: false });
    expect(third?.changes).toMatchObject({ compared_with: second?.research_id, changed: true, numbers });
    const { data } = await listDeliveries(sql, TENANT, { endpointId: endpoint.id, limit: 10 });
    expect(data.map(({ body }) => JSON.parse(body).data).map(({ id, changes }) => [id, changes])).toEqual([
      [third?.research_id, third?.changes],
      [first?.research_id, null],
    ]);
  });
}
