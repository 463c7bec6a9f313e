import { newId } from "@pharmadb/contracts";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Database } from "../database.ts";
import { chooseJobs } from "../dispatch/choose-jobs.ts";
import { countBacklog } from "../dispatch/count-backlog.ts";
import { openDispatcher } from "../dispatch/open-dispatcher.ts";
import { readRound } from "../dispatch/read-round.ts";
import {
  listLongQueued,
  releaseAbandoned,
  releaseAll,
  releaseOfDead,
  releaseQueued,
} from "../dispatch/release-jobs.ts";
import { type DispatchedJob, takeJobs } from "../dispatch/take-jobs.ts";
import { listTenantShares, setTenantWeight } from "../dispatch/tenant-weights.ts";
import { endLease, renewLease } from "../dispatch/worker-lease.ts";
import { claimResearch } from "../research/claim-research.ts";
import { createResearch, createResearchMany } from "../research/create-research.ts";
import { finishResearch } from "../research/finish-research.ts";
import { getResearch } from "../research/get-research.ts";
import { requestCancel } from "../research/request-cancel.ts";
import { requeueResearch } from "../research/requeue-research.ts";
import { retryResearch } from "../research/retry-research.ts";
import type { Sql } from "../sql.ts";
import { newResearch, newTenant, report } from "./given.ts";

const LEASE_MS = 60_000;
const note = { key: "attempt.1.end", output: "retried" };

/** How jobs get from the backlog to a worker and back. */
export function dispatchContract(database: () => Database): void {
  let added: DispatchedJob[] = [];
  let errors: unknown[] = [];

  async function emptied(): Promise<void> {
    const { sql } = database();
    await sql.query("delete from research");
    await sql.query("delete from worker_processes");
    await sql.query("delete from share_charges");
    await sql.query("delete from tenants");
  }
  beforeEach(async () => {
    added = [];
    errors = [];
    await emptied();
  });
  afterEach(emptied);

  const dispatcherOver = (sql: Sql, add = async (jobs: readonly DispatchedJob[]) => void added.push(...jobs)) =>
    openDispatcher({ sql, add, onError: (error) => errors.push(error) });

  async function workerWith(concurrency: number, leaseMs = LEASE_MS): Promise<string> {
    const id = newId("key");
    await renewLease(database().sql, { id, queues: ["research"], concurrency }, { leaseMs });
    return id;
  }

  async function submit(tenant: string, count: number, request: object = {}): Promise<string[]> {
    const jobs = Array.from({ length: count }, () => newResearch(tenant, { request }));
    await createResearchMany(database().sql, jobs);
    return jobs.map(({ id }) => id);
  }

  const claim = (job: DispatchedJob | undefined, workerId: string) =>
    claimResearch(database().sql, { id: job?.id ?? "", dispatch: job?.dispatch ?? 0, workerId });

  const complete = (job: DispatchedJob | undefined, attempt = 1) =>
    finishResearch(database().sql, { id: job?.id ?? "", attempt, outcome: { status: "completed", report } });

  test("what workers can run is dispatched, and a few more; the rest follows as jobs end", async () => {
    const worker = await workerWith(16);
    const ids = await submit(newTenant(), 30);
    const dispatcher = dispatcherOver(database().sql);
    await dispatcher.settled();
    expect(added).toHaveLength(18);
    await dispatcher.settled();
    expect(added).toHaveLength(18);
    const first = added.slice(0, 16);
    for (const job of first) expect((await claim(job, worker)).outcome).toBe("claimed");
    for (const job of first.slice(0, 3)) await complete(job);
    await dispatcher.settled();
    expect(added).toHaveLength(21);
    expect(new Set(added.map(({ id }) => id)).size).toBe(21);
    expect(added.every(({ id, dispatch }) => ids.includes(id) && dispatch === 1)).toBe(true);
    expect(errors).toEqual([]);
  });

  test("without a worker nothing is dispatched, and one place is one job", async () => {
    await submit(newTenant(), 3);
    const dispatcher = dispatcherOver(database().sql);
    await dispatcher.settled();
    expect(added).toEqual([]);
    await workerWith(1);
    await dispatcher.settled();
    expect(added).toHaveLength(1);
  });

  test("the first job of another tenant goes ahead of what waits on the queue, and does not wait for room there", async () => {
    const worker = await workerWith(16);
    await submit(newTenant(), 30);
    const dispatcher = dispatcherOver(database().sql);
    await dispatcher.settled();
    for (const job of added.slice(0, 16)) await claim(job, worker);
    const others = await Promise.all([1, 2, 3].map(() => submit(newTenant(), 2)));
    await dispatcher.settled();
    // There is an eighth more room for such jobs, and the third is next when a place is free.
    expect(added.slice(18)).toMatchObject([{ first: true }, { first: true }]);
    const firsts = others.flat();
    expect(added.slice(18).every(({ id }) => firsts.includes(id))).toBe(true);
    await complete(added[0]);
    await dispatcher.settled();
    expect(added).toHaveLength(21);
    expect(firsts).toContain(added[20]?.id);
    const tenants = await database().sql.query<{ tenant_id: string }>(
      "select tenant_id from research where id = any ($1)",
      [added.slice(18).map(({ id }) => id)],
    );
    expect(new Set(tenants.map(({ tenant_id }) => tenant_id)).size).toBe(3);
  });

  test("a process that found no room looks once for many new jobs, soon, and finds what room there is then", async () => {
    const { sql } = database();
    let rounds = 0;
    const counting: Sql = {
      ...sql,
      query: (text, parameters, options) => {
        if (options?.prepared === "read_round") rounds++;
        return sql.query(text, parameters, options);
      },
    };
    await submit(newTenant(), 1);
    const dispatcher = dispatcherOver(counting);
    await dispatcher.settled();
    expect(rounds).toBe(1);
    await workerWith(1);
    for (let time = 0; time < 10; time++) dispatcher.poke();
    expect(rounds).toBe(1);
    await expect.poll(() => added.length).toBe(1);
    expect(rounds).toBe(2);
    await dispatcher.close();
  });

  test("dispatchers at the same time dispatch each job once and no more than there is room for", async () => {
    const { sql } = database();
    await workerWith(40);
    await submit(newTenant(), 60);
    await Promise.all([1, 2, 3, 4].map(() => dispatcherOver(sql).settled()));
    expect(added).toHaveLength(45);
    expect(new Set(added.map(({ id }) => id)).size).toBe(45);
    expect(errors).toEqual([]);
  });

  test("a round that another one has overtaken does nothing", async () => {
    const { sql } = database();
    await workerWith(4);
    await submit(newTenant(), 10);
    const [one, two] = [await readRound(sql, { most: 9 }), await readRound(sql, { most: 9 })];
    expect(await takeJobs(sql, one.round, chooseJobs(one, 9))).toHaveLength(5);
    expect(await takeJobs(sql, two.round, chooseJobs(two, 9))).toBeNull();
    expect((await readRound(sql, { most: 9 })).room).toEqual({ interactive: 0, batch: 0, first: 1 });
  });

  test("interactive jobs go first, and overtake batch jobs that are still on the queue", async () => {
    const { sql } = database();
    const worker = await workerWith(8);
    const batch = await submit(newTenant(), 20, { priority: "batch" });
    const dispatcher = dispatcherOver(sql);
    await dispatcher.settled();
    expect(added).toHaveLength(9);
    for (const job of added.slice(0, 8)) await claim(job, worker);
    const [interactive] = await submit(newTenant(), 1);
    await dispatcher.settled();
    expect(added.slice(9)).toMatchObject([{ id: interactive, dispatch: 1, priority: "interactive" }]);
    expect(batch).toEqual(expect.arrayContaining(added.slice(0, 9).map(({ id }) => id)));
  });

  test("a tenant with thousands of jobs leaves another one the next place", async () => {
    const { sql } = database();
    const worker = await workerWith(2);
    const [crowd, one] = [newTenant(), newTenant()];
    for (let turn = 0; turn < 4; turn++) await submit(crowd, 500);
    const dispatcher = dispatcherOver(sql);
    await dispatcher.settled();
    const [first, second, third] = added;
    await claim(first, worker);
    await claim(second, worker);
    const [id] = await submit(one, 1);
    await complete(first);
    await claim(third, worker);
    await dispatcher.settled();
    expect(added.at(-1)?.id).toBe(id);
  });

  test("jobs of a tenant go in the order of their submission, one that is to be tried later when its time has come", async () => {
    const { sql } = database();
    const worker = await workerWith(1);
    const tenant = newTenant();
    const [first, second] = [await submit(tenant, 1), await submit(tenant, 1)].flat();
    const dispatcher = dispatcherOver(sql);
    await dispatcher.settled();
    expect(added.map(({ id }) => id)).toEqual([first]);
    await claim(added[0], worker);
    await requeueResearch(sql, { id: first ?? "", attempt: 1, error: null, afterMs: 100_000, note });
    await dispatcher.settled();
    expect(added.map(({ id }) => id)).toEqual([first, second]);
    await claim(added[1], worker);
    await complete(added[1]);
    await dispatcher.settled();
    expect(added).toHaveLength(2);
    await sql.query("update research set ready_at = now() where id = $1", [first]);
    await dispatcher.settled();
    expect(added[2]).toMatchObject({ id: first, dispatch: 2, priority: "interactive" });
    expect(await claim(added[0], worker)).toEqual({ outcome: "stale" });
    expect(await claim(added[2], worker)).toMatchObject({ outcome: "claimed", research: { attempt: 2 } });
  });

  test("what the queue does not take goes back, and nothing is tried until a moment later", async () => {
    const { sql } = database();
    await workerWith(2);
    const [id] = await submit(newTenant(), 1);
    const away = new Error("The queue is away.");
    let calls = 0;
    const dispatcher = dispatcherOver(sql, () => {
      calls++;
      return Promise.reject(away);
    });
    await dispatcher.settled();
    await dispatcher.settled();
    expect(errors).toEqual([away]);
    expect(calls).toBe(1);
    await dispatcherOver(sql).settled();
    expect(added).toMatchObject([{ id, dispatch: 2, priority: "interactive" }]);
  });

  test("an entry that is gone is released once, and only while its job waits for it", async () => {
    const { sql } = database();
    const worker = await workerWith(4);
    await submit(newTenant(), 4);
    await dispatcherOver(sql).settled();
    const [running, lost, cancelled] = added;
    await claim(running, worker);
    const tenant = (await sql.query<{ tenant_id: string }>("select tenant_id from research limit 1"))[0]?.tenant_id;
    await requestCancel(sql, tenant ?? "", cancelled?.id ?? "");
    expect(await listLongQueued(sql, { forMs: 60_000 })).toEqual([]);
    expect((await listLongQueued(sql, { forMs: -1 })).map(({ id }) => id).toSorted()).toEqual(
      [added[1]?.id, added[3]?.id].toSorted(),
    );
    const gone = added.slice(0, 3);
    const released = await Promise.all([releaseQueued(sql, gone), releaseQueued(sql, gone)]);
    expect(released.toSorted()).toEqual([0, 1]);
    expect(await claim(lost, worker)).toEqual({ outcome: "stale" });
    await dispatcherOver(sql).settled();
    expect(added.at(-1)).toEqual({ ...lost, dispatch: 2 });
    expect(await releaseQueued(sql, gone)).toBe(0);
  });

  test("jobs of a dead worker are released once, by one that has lived for as long", async () => {
    const { sql } = database();
    const dead = await workerWith(2);
    const judge = await workerWith(2);
    const tenant = newTenant();
    await submit(tenant, 2);
    await dispatcherOver(sql).settled();
    await claim(added[0], dead);
    await claim(added[1], judge);
    const release = () => releaseOfDead(sql, { judge, leaseMs: LEASE_MS });
    expect(await release()).toBe(0);
    await sql.query("update worker_processes set alive_until = now() - interval '1 s' where id = $1", [dead]);
    expect(await release(), "the judge has not been there for long").toBe(0);
    await sql.query("update worker_processes set steady_since = now() - interval '1 hour' where id = $1", [judge]);
    expect((await Promise.all([release(), release()])).toSorted()).toEqual([0, 1]);
    expect(await getResearch(sql, tenant, added[0]?.id ?? "")).toMatchObject({ status: "queued", attempt: 1 });
    expect(await getResearch(sql, tenant, added[1]?.id ?? "")).toMatchObject({ status: "running" });
    await expect(complete(added[0])).rejects.toMatchObject({ code: "superseded" });
  });

  test("after an outage of the database nobody is dead", async () => {
    const { sql } = database();
    const one = await workerWith(2);
    const other = await workerWith(2);
    await submit(newTenant(), 1);
    await dispatcherOver(sql).settled();
    await claim(added[0], other);
    await sql.query(
      "update worker_processes set alive_until = now() - interval '1 s', steady_since = now() - interval '1 hour'",
    );
    await renewLease(sql, { id: one, queues: ["research"], concurrency: 2 }, { leaseMs: LEASE_MS });
    expect(await releaseOfDead(sql, { judge: one, leaseMs: LEASE_MS })).toBe(0);
  });

  test("a job that its worker does not know of is released, others are not", async () => {
    const { sql } = database();
    const [mine, others] = [await workerWith(2), await workerWith(2)];
    await submit(newTenant(), 3);
    await dispatcherOver(sql).settled();
    await claim(added[0], mine);
    await claim(added[1], mine);
    await claim(added[2], others);
    const running = () => [added[0]?.id ?? ""];
    expect(await releaseAbandoned(sql, { workerId: mine, running })).toBe(1);
    expect(await releaseAbandoned(sql, { workerId: mine, running })).toBe(0);
    expect(await claim(added[1], mine)).toEqual({ outcome: "stale" });
  });

  test("a job that is begun, or ends, while the record is asked what its worker has is left alone", async () => {
    const { sql } = database();
    const mine = await workerWith(2);
    await submit(newTenant(), 2);
    await dispatcherOver(sql).settled();
    const running = new Set<string>();
    const begin = async (job: DispatchedJob | undefined) => {
      running.add(job?.id ?? "");
      expect((await claim(job, mine)).outcome).toBe("claimed");
      await sql.query("update research set claimed_at = now() - interval '1 minute' where id = $1", [job?.id]);
    };
    await begin(added[0]);
    let asked = 0;
    const slow: Sql = {
      ...sql,
      async query(...statement) {
        if (++asked > 1) return sql.query(...statement);
        await begin(added[1]);
        const rows = await sql.query(...statement);
        await complete(added[0]);
        running.delete(added[0]?.id ?? "");
        return rows as never;
      },
    };
    expect(await releaseAbandoned(slow, { workerId: mine, running: () => [...running] })).toBe(0);
    expect(await sql.query("select status from research order by status")).toEqual([
      { status: "completed" },
      { status: "running" },
    ]);
  });

  test("a job whose cancel came while its attempt failed does not wait for the time of its next try", async () => {
    const { sql } = database();
    const worker = await workerWith(2);
    const tenant = newTenant();
    await submit(tenant, 1);
    const dispatcher = dispatcherOver(sql);
    await dispatcher.settled();
    await claim(added[0], worker);
    const id = added[0]?.id ?? "";
    expect(await requestCancel(sql, tenant, id)).toBe("requested");
    await requeueResearch(sql, { id, attempt: 1, error: null, afterMs: 60_000, note });
    await dispatcher.settled();
    expect((await claim(added[1], worker)).outcome).toBe("cancelled");
  });

  test("a process that is alone releases everything", async () => {
    const { sql } = database();
    const worker = await workerWith(8);
    const tenant = newTenant();
    const ids = await submit(tenant, 4);
    await dispatcherOver(sql).settled();
    await claim(added[0], worker);
    await claim(added[1], worker);
    await complete(added[1]);
    expect(await releaseAll(sql)).toBe(3);
    await workerWith(8);
    await dispatcherOver(sql).settled();
    expect(
      added
        .slice(4)
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(ids.filter((id) => id !== added[1]?.id).toSorted());
  });

  test("a worker that stops or is dead has no places, and its jobs take none of the others'", async () => {
    const { sql } = database();
    const stopping = await workerWith(4);
    await workerWith(4);
    await submit(newTenant(), 20);
    const dispatcher = dispatcherOver(sql);
    await dispatcher.settled();
    expect(added).toHaveLength(9);
    for (const job of added.slice(0, 4)) await claim(job, stopping);
    await renewLease(sql, { id: stopping, queues: ["research"], concurrency: 0 }, { leaseMs: LEASE_MS });
    await dispatcher.settled();
    expect(added).toHaveLength(9);
    expect(await releaseQueued(sql, added.slice(4))).toBe(5);
    await dispatcher.settled();
    expect(added).toHaveLength(14);
    await endLease(sql, stopping);
    await dispatcher.settled();
    expect(added).toHaveLength(14);
  });

  test("an attempt is charged to its tenant exactly once: time and tokens, by its weight", async () => {
    const { sql } = database();
    const worker = await workerWith(1);
    const tenant = newTenant();
    await setTenantWeight(sql, tenant, 2);
    await submit(tenant, 5);
    const dispatcher = dispatcherOver(sql);
    const end = async (index: number, end: (job: DispatchedJob | undefined) => Promise<unknown>) => {
      await dispatcher.settled();
      await claim(added[index], worker);
      await sql.query(
        `update research set claimed_at = claimed_at - interval '10 seconds', input_tokens = 1500, output_tokens = 500
         where id = $1`,
        [added[index]?.id],
      );
      await end(added[index]);
    };
    await end(0, (job) => requeueResearch(sql, { id: job?.id ?? "", attempt: 1, error: null, afterMs: 60_000, note }));
    await end(1, complete);
    // Of those that have not been settled, the next choice knows.
    const round = await readRound(sql, { most: 9 });
    expect(round.tenants).toMatchObject([{ id: tenant, weight: 2, charges: { attempts: 2 } }]);
    expect(round.tenants[0]?.charges.cost).toBeCloseTo(24, 0);
    const virtualTime = async () =>
      (await sql.query<{ t: number }>("select virtual_time as t from tenants where id = $1", [tenant]))[0]?.t ?? 0;
    const start = await virtualTime();
    // Another tenant comes, which is an occasion to settle.
    await submit(newTenant(), 1);
    await Promise.all([dispatcher.settled(), dispatcherOver(sql).settled()]);
    expect((await virtualTime()) - start).toBeCloseTo(12, 0);
    expect(await sql.query("select from share_charges")).toEqual([]);
    const shares = await listTenantShares(sql);
    expect(shares.find(({ id }) => id === tenant)).toMatchObject({ weight: 2, queued: 4, running: 0 });
    expect(shares.find(({ id }) => id === tenant)?.meanCost).toBeGreaterThan(5);
  });

  test("a retried job is in the backlog again", async () => {
    const { sql } = database();
    const worker = await workerWith(1);
    const { research } = await createResearch(sql, newResearch(newTenant()));
    const dispatcher = dispatcherOver(sql);
    await dispatcher.settled();
    await claim(added[0], worker);
    const error = { code: "timeout", message: "Too slow.", retryable: false };
    await finishResearch(sql, { id: research.id, attempt: 1, outcome: { status: "failed", error } });
    await retryResearch(sql, research.tenant_id, research.id);
    await dispatcher.settled();
    expect(added[1]).toEqual({ id: research.id, dispatch: 2, priority: "interactive", first: true });
  });

  test("the backlog is counted by priority, without what has been dispatched", async () => {
    const { sql } = database();
    expect(await countBacklog(sql)).toEqual([
      { priority: "batch", jobs: 0, oldestSeconds: 0 },
      { priority: "interactive", jobs: 0, oldestSeconds: 0 },
    ]);
    await submit(newTenant(), 3);
    await submit(newTenant(), 2, { priority: "batch" });
    await sql.query("update research set ready_at = ready_at - interval '1 minute' where priority = 'batch'");
    const [batch, interactive] = await countBacklog(sql);
    expect([batch?.jobs, interactive?.jobs]).toEqual([2, 3]);
    expect(batch?.oldestSeconds).toBeGreaterThanOrEqual(60);
    expect(interactive?.oldestSeconds).toBeLessThan(60);
    await sql.query("update research set dispatched_at = clock_timestamp() where priority = 'interactive'");
    expect((await countBacklog(sql)).map(({ jobs }) => jobs)).toEqual([2, 0]);
  });
}
