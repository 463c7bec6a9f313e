import { newId } from "@pharmadb/contracts";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Database } from "../database.ts";
import { chooseJobs } from "../dispatch/choose-jobs.ts";
import { type Dispatcher, openDispatcher } from "../dispatch/open-dispatcher.ts";
import { readRound } from "../dispatch/read-round.ts";
import { listLongQueued, releaseAbandoned, releaseOfDead, releaseQueued } from "../dispatch/release-jobs.ts";
import { type DispatchedJob, takeJobs } from "../dispatch/take-jobs.ts";
import { endLease, renewLease } from "../dispatch/worker-lease.ts";
import { claimResearch } from "../research/claim-research.ts";
import { createResearchMany } from "../research/create-research.ts";
import { finishResearch } from "../research/finish-research.ts";
import { requestCancel } from "../research/request-cancel.ts";
import { requeueResearch } from "../research/requeue-research.ts";
import type { Sql } from "../sql.ts";
import { newResearch, report } from "./given.ts";

const LEASE_MS = 3_600_000;
const PLACES = 4;
/** Four jobs, one more that waits on the queue, and one of a tenant that has none there. */
const WINDOW = PLACES + 2;
const TENANTS = ["chaos-a", "chaos-b", "chaos-c"] as const;

const Step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("submit"), jobs: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("dispatch"), jobs: fc.constant(0) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom("claim", "finish"), jobs: fc.nat(5) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom("requeue", "cancel", "forget", "deliver again", "give back"),
      jobs: fc.nat(5),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom("dispatcher crashes", "queue is away", "flush", "worker dies", "reconcile"),
      jobs: fc.constant(0),
    }),
  },
);
type Step = typeof Step extends fc.Arbitrary<infer T> ? T : never;

type Run = { id: string; attempt: number; workerId: string };

/** The parts of the service around the record, so far as they can get into each other's way. */
class Chaos {
  readonly sql: Sql;
  /** The queue as BullMQ keeps it: an entry that is there already stays as it is. */
  readonly entries = new Map<string, DispatchedJob>();
  readonly seen: DispatchedJob[] = [];
  readonly running: Run[] = [];
  readonly submitted: string[] = [];
  readonly ended = new Map<string, number>();
  readonly dispatchers: Dispatcher[];
  /** The judge lives, the other one dies now and again and comes back as a new one. */
  readonly judge = newId("key");
  worker = newId("key");
  private replaced: Promise<void> = Promise.resolve();
  readonly withBatches: boolean;
  queueIsAway = false;

  constructor(sql: Sql, withBatches: boolean) {
    this.sql = sql;
    this.withBatches = withBatches;
    const add = async (jobs: readonly DispatchedJob[]) => {
      if (this.queueIsAway) throw new Error("The queue is away.");
      this.add(jobs);
    };
    this.dispatchers = [1, 2].map(() => openDispatcher({ sql, add, onError: () => undefined }));
  }

  add(jobs: readonly DispatchedJob[]): void {
    for (const job of jobs) {
      const name = `${job.id}.${job.dispatch}`;
      if (!this.entries.has(name)) this.entries.set(name, job);
      this.seen.push(job);
    }
  }

  async start(): Promise<void> {
    for (const table of ["research", "worker_processes", "share_charges", "tenants"]) {
      await this.sql.query(`delete from ${table}`);
    }
    await renewLease(this.sql, { id: this.judge, queues: [], concurrency: 0 }, { leaseMs: LEASE_MS });
    await this.sql.query("update worker_processes set steady_since = now() - interval '1 day'");
    await this.newWorker();
  }

  async newWorker(): Promise<void> {
    this.worker = newId("key");
    await renewLease(this.sql, { id: this.worker, queues: ["research"], concurrency: PLACES }, { leaseMs: LEASE_MS });
  }

  async submit(jobs: number): Promise<void> {
    const list = Array.from({ length: jobs }, (_, index) =>
      newResearch(TENANTS[index % TENANTS.length] ?? "", {
        request: { priority: this.withBatches && index % 3 === 2 ? "batch" : "interactive" },
      }),
    );
    await createResearchMany(this.sql, list);
    this.submitted.push(...list.map(({ id }) => id));
  }

  async claim(job: DispatchedJob | undefined): Promise<void> {
    if (!job) return;
    this.entries.delete(`${job.id}.${job.dispatch}`);
    const workerId = this.worker;
    const claim = await claimResearch(this.sql, { id: job.id, dispatch: job.dispatch, workerId });
    if (claim.outcome === "claimed") this.running.push({ id: job.id, attempt: claim.research.attempt, workerId });
    if (claim.outcome === "cancelled") this.end(job.id);
  }

  end(id: string): void {
    this.ended.set(id, (this.ended.get(id) ?? 0) + 1);
  }

  async finish(run: Run | undefined): Promise<void> {
    if (!run) return;
    this.running.splice(this.running.indexOf(run), 1);
    const { id, attempt } = run;
    await finishResearch(this.sql, { id, attempt, outcome: { status: "completed", report } }).then(
      () => this.end(id),
      expectSuperseded,
    );
  }

  async requeue(run: Run | undefined): Promise<void> {
    if (!run) return;
    this.running.splice(this.running.indexOf(run), 1);
    const note = { key: `attempt.${run.attempt}.end`, output: "retried" };
    await requeueResearch(this.sql, { ...run, error: null, afterMs: 0, note }).catch(expectSuperseded);
  }

  async cancel(id: string | undefined): Promise<void> {
    for (const tenant of id === undefined ? [] : TENANTS) {
      if ((await requestCancel(this.sql, tenant, id ?? "")) === "cancelled") this.end(id ?? "");
    }
  }

  async reconcile(): Promise<void> {
    const running = () => this.running.filter(({ workerId }) => workerId === this.worker).map(({ id }) => id);
    await releaseAbandoned(this.sql, { workerId: this.worker, running });
    await releaseOfDead(this.sql, { judge: this.judge, leaseMs: LEASE_MS });
    const queued = await listLongQueued(this.sql, { forMs: -1000 });
    await releaseQueued(
      this.sql,
      queued.filter(({ id, dispatch }) => !this.entries.has(`${id}.${dispatch}`)),
    );
  }

  async take({ kind, jobs }: Step): Promise<unknown> {
    const entry = [...this.entries.values()][jobs % Math.max(1, this.entries.size)];
    const run = this.running[jobs % Math.max(1, this.running.length)];
    switch (kind) {
      case "submit":
        return this.submit(jobs);
      case "dispatch":
        return Promise.all(this.dispatchers.map((each) => each.settled()));
      case "claim":
        return this.claim(entry);
      case "finish":
        return this.finish(run);
      case "requeue":
        return this.requeue(run);
      case "cancel":
        return this.cancel(this.submitted[jobs % Math.max(1, this.submitted.length)]);
      case "forget":
        // The claim or the end could not be told to the worker.
        return void this.running.splice(0, 1);
      case "deliver again":
        return this.claim(this.seen[jobs % Math.max(1, this.seen.length)]);
      case "give back":
        if (entry) this.entries.delete(`${entry.id}.${entry.dispatch}`);
        return entry && releaseQueued(this.sql, [entry]);
      case "dispatcher crashes": {
        const round = await readRound(this.sql, { most: 99 });
        return takeJobs(this.sql, round.round, chooseJobs(round, 99));
      }
      case "queue is away":
        this.queueIsAway = true;
        await this.dispatchers[0]?.settled();
        this.queueIsAway = false;
        return;
      case "flush":
        return this.entries.clear();
      case "worker dies":
        // One after the other: of two that die at once the second is the one that replaced the first.
        this.replaced = this.replaced.then(async () => {
          await endLease(this.sql, this.worker);
          await this.newWorker();
        });
        return this.replaced;
      default:
        return this.reconcile();
    }
  }

  /** That there is no more on its way than places, and nothing of a job but its newest attempt. */
  async check(): Promise<void> {
    const [row] = await this.sql.query<{ places: number }>(
      `select count(*)::integer as places from research
       where dispatched_at is not null and (status = 'queued' or (status = 'running' and worker_id = $1))`,
      [this.worker],
    );
    // Interactive jobs that overtake batch jobs on the queue take no account of them.
    expect(row?.places).toBeLessThanOrEqual(this.withBatches ? 2 * WINDOW : WINDOW);
    const running = await this.sql.query<{ id: string; attempt: number }>(
      "select id, attempt from research where status = 'running'",
    );
    const attempts = new Map(running.map(({ id, attempt }) => [id, attempt]));
    for (const run of this.running) {
      const isOwner = attempts.get(run.id) === run.attempt;
      const rival = this.running.find(({ id, attempt }) => id === run.id && attempt !== run.attempt);
      if (rival && isOwner) expect(rival.attempt).toBeLessThan(run.attempt);
    }
  }

  /** Lets everything go its way until nothing is left to do. */
  async drain(): Promise<void> {
    for (let turn = 0; ; turn++) {
      const [row] = await this.sql.query<{ n: number }>(
        "select count(*)::integer as n from research where status in ('queued', 'running')",
      );
      if (row?.n === 0) return;
      if (turn > 200) throw new Error(`${row?.n} jobs are lost.`);
      await this.reconcile();
      const round = openDispatcher({ sql: this.sql, add: async (jobs) => this.add(jobs), onError: fail });
      await round.settled();
      for (const entry of [...this.entries.values()]) await this.claim(entry);
      for (const run of [...this.running]) await this.finish(run);
    }
  }
}

function expectSuperseded(error: unknown): void {
  expect(error).toMatchObject({ code: "superseded" });
}

function fail(error: unknown): void {
  throw error;
}

/** That jobs survive whatever happens around them, in whatever order. */
export function dispatchChaosContract(database: () => Database): void {
  test("no job is lost, runs twice or ends twice, and no more is on its way than there are places", async () => {
    const { sql } = database();
    const turns = fc.array(fc.array(Step, { minLength: 1, maxLength: 3 }), { minLength: 4, maxLength: 16 });
    await fc.assert(
      fc.asyncProperty(turns, fc.boolean(), async (sequence, withBatches) => {
        const chaos = new Chaos(sql, withBatches);
        await chaos.start();
        for (const steps of sequence) {
          await Promise.all(steps.map((step) => chaos.take(step)));
          await chaos.check();
        }
        await chaos.drain();
        expect([...chaos.ended.keys()].toSorted()).toEqual(chaos.submitted.toSorted());
        expect([...chaos.ended.values()].filter((times) => times !== 1)).toEqual([]);
      }),
      { numRuns: 20 },
    );
  }, 120_000);
}
