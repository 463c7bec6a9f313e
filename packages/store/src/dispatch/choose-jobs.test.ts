import fc from "fast-check";
import { expect, test } from "vitest";
import { chooseJobs, MEAN_KEPT } from "./choose-jobs.ts";
import { createHeap } from "./heap.ts";
import type { TenantAtWork } from "./read-round.ts";

const PLACES = 12;
const EXTRA = 2;

/** A tenant that always has jobs waiting, of the lengths that it draws, and what it has been given. */
type Crowd = { id: string; weight: number; from?: number; draw: () => number };

type Run = { tenant: string; start: number; end: number };

/**
 * A fleet of workers on a clock of its own, which keeps the record as the statements do: jobs are chosen when places
 * are free, and charged when they end. Gives the seconds of worker time that each tenant has got between two times.
 */
function simulate(crowds: readonly Crowd[], { until, countFrom = 0 }: { until: number; countFrom?: number }) {
  const record = new Map(crowds.map(({ id }) => [id, { virtualTime: 0, meanCost: 5, active: false }]));
  const served = new Map(crowds.map(({ id }) => [id, 0]));
  const running = createHeap<Run>((a, b) => a.end < b.end);
  let flying: Run[] = [];
  let virtualTime = 0;
  for (let now = 0; now < until; ) {
    const tenants = crowds.map(({ id, weight, from = 0 }): TenantAtWork => {
      const known = record.get(id) ?? { virtualTime: 0, meanCost: 5, active: false };
      const elapsed = flying.filter(({ tenant }) => tenant === id).map(({ start }) => now - start);
      const waits = now >= from;
      const ready = { interactive: waits ? PLACES : 0, batch: 0 };
      return { id, weight, ...known, charges: { cost: 0, attempts: 0 }, elapsed, ready, waiting: waits };
    });
    // As in the record: a few more places for tenants of which nothing runs.
    const room = Math.max(0, PLACES - flying.length);
    const first = Math.max(0, PLACES + EXTRA - flying.length);
    const choice = chooseJobs({ virtualTime, room: { interactive: room, batch: room, first }, tenants }, 200);
    virtualTime = choice.virtualTime;
    for (const id of choice.starts) {
      const known = record.get(id);
      if (known) Object.assign(known, { active: true, virtualTime: Math.max(known.virtualTime, virtualTime) });
    }
    for (const { tenantId } of choice.picks) {
      const length = crowds.find(({ id }) => id === tenantId)?.draw() ?? 1;
      const run = { tenant: tenantId, start: now, end: now + length };
      running.push(run);
      flying.push(run);
    }
    const ended = running.pop();
    if (!ended) throw new Error("Nobody runs.");
    now = ended.end;
    flying = flying.filter((run) => run !== ended);
    const known = record.get(ended.tenant);
    const weight = crowds.find(({ id }) => id === ended.tenant)?.weight ?? 1;
    const cost = ended.end - ended.start;
    if (known) {
      known.virtualTime += cost / weight;
      known.meanCost += (cost - known.meanCost) * (1 - MEAN_KEPT);
    }
    const counted = Math.min(ended.end, until) - Math.max(ended.start, countFrom);
    served.set(ended.tenant, (served.get(ended.tenant) ?? 0) + Math.max(0, counted));
  }
  for (const { tenant, start } of flying) {
    served.set(tenant, (served.get(tenant) ?? 0) + Math.max(0, until - Math.max(start, countFrom)));
  }
  const all = [...served.values()].reduce((a, b) => a + b, 0);
  return new Map([...served].map(([id, seconds]) => [id, seconds / all]));
}

/** Numbers between 0 and 1 that depend on the seed only. */
function randomOf(seed: number): () => number {
  let state = seed + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

const WEIGHTS = { a: 1, b: 1, c: 2 };
const Lengths = fc.record({
  a: fc.constantFrom(1, 10, 300),
  b: fc.constantFrom(1, 60, 3600),
  c: fc.constantFrom(5, 900),
});

/** Lengths around these, from nearly nothing to twice as long. */
function crowdsOf(
  lengths: Record<keyof typeof WEIGHTS, number>,
  seed: number,
  from: Partial<typeof WEIGHTS> = {},
): Crowd[] {
  const random = randomOf(seed);
  return (["a", "b", "c"] as const).map((id) => ({
    id,
    weight: WEIGHTS[id],
    from: from[id] ?? 0,
    draw: () => 0.1 + lengths[id] * 2 * random(),
  }));
}

function expectShares(shares: ReadonlyMap<string, number>): void {
  for (const [id, share] of [
    ["a", 0.25],
    ["b", 0.25],
    ["c", 0.5],
  ] as const) {
    expect(Math.abs((shares.get(id) ?? 0) / share - 1), `${id} has ${shares.get(id)}`).toBeLessThan(0.05);
  }
}

test("three tenants with weights 1:1:2 get worker time in these shares, however long the jobs of each are", () => {
  fc.assert(
    fc.property(Lengths, fc.nat(1000), (lengths, seed) => {
      const longest = Math.max(...Object.values(lengths));
      expectShares(simulate(crowdsOf(lengths, seed), { until: 60 * longest }));
    }),
    { numRuns: 8 },
  );
});

test("a tenant that comes back gets its share from then on, and nothing for the time when it had no jobs", () => {
  const late = 40_000;
  const crowds = crowdsOf({ a: 20, b: 60, c: 30 }, 7, { b: late });
  expectShares(simulate(crowds, { until: late + 40_000, countFrom: late + 500 }));
});

const tenant = (id: string, fields: Partial<TenantAtWork> = {}): TenantAtWork => ({
  id,
  weight: 1,
  virtualTime: 0,
  meanCost: 1,
  active: true,
  charges: { cost: 0, attempts: 0 },
  elapsed: [],
  ready: { interactive: 0, batch: 0 },
  waiting: true,
  ...fields,
});
const ready = (interactive: number, batch = 0) => ({ interactive, batch });

test("interactive jobs go first, whoever has had how much, and batch jobs take what is left", () => {
  const tenants = [tenant("rich", { virtualTime: 999, ready: ready(2) }), tenant("poor", { ready: ready(0, 9) })];
  const { picks } = chooseJobs({ virtualTime: 0, room: { interactive: 5, batch: 4, first: 5 }, tenants }, 200);
  expect(picks.map(({ tenantId, lane }) => `${tenantId} ${lane}`)).toEqual([
    "rich interactive",
    "rich interactive",
    "poor batch",
    "poor batch",
  ]);
});

test("what has not been settled counts, and so does what runs, for at least what jobs of its tenant cost", () => {
  const tenants = [
    tenant("charged", { charges: { cost: 30, attempts: 3 }, ready: ready(9) }),
    tenant("running", { elapsed: [1, 40], ready: ready(9) }),
    tenant("expected", { elapsed: [0], meanCost: 20, ready: ready(9) }),
  ];
  const { picks } = chooseJobs({ virtualTime: 0, room: { interactive: 3, batch: 3, first: 3 }, tenants }, 200);
  expect(picks.map(({ tenantId }) => tenantId)).toEqual(["expected", "charged", "charged"]);
});

test("a job of a tenant of which nothing is on its way goes ahead, one of each, the least served first, a few also without room", () => {
  const tenants = [
    tenant("crowd", { elapsed: [1, 1], ready: ready(9) }),
    tenant("late", { virtualTime: 900, ready: ready(5) }),
    tenant("later", { virtualTime: 950, ready: ready(5) }),
    tenant("last", { virtualTime: 990, ready: ready(5) }),
    tenant("patient", { ready: ready(0, 5) }),
  ];
  const firstsOf = (room: { interactive: number; batch: number; first: number }) =>
    chooseJobs({ virtualTime: 0, room, tenants }, 200).picks.map(
      ({ tenantId, lane, first }) => `${tenantId} ${lane}${first ? " first" : ""}`,
    );
  expect(firstsOf({ interactive: 0, batch: 0, first: 2 })).toEqual([
    "late interactive first",
    "later interactive first",
  ]);
  expect(firstsOf({ interactive: 0, batch: 0, first: 0 })).toEqual([]);
  expect(firstsOf({ interactive: 2, batch: 2, first: 9 }).toSorted()).toEqual([
    "crowd interactive",
    "crowd interactive",
    "last interactive first",
    "late interactive first",
    "later interactive first",
  ]);
});

test("a round has its most, and a tenant without a job that may run now is left out", () => {
  const tenants = [tenant("delayed"), tenant("crowd", { ready: ready(500) })];
  const { picks } = chooseJobs({ virtualTime: 0, room: { interactive: 900, batch: 900, first: 900 }, tenants }, 20);
  expect(picks).toHaveLength(20);
  expect(new Set(picks.map(({ tenantId }) => tenantId))).toEqual(new Set(["crowd"]));
});

test("who comes and who goes is told, and where nobody was there before, all start at the same place", () => {
  const tenants = [
    tenant("new", { active: false, ready: ready(1) }),
    tenant("back", { active: false, virtualTime: 500, ready: ready(1) }),
    tenant("gone", { waiting: false, virtualTime: 700 }),
  ];
  const choice = chooseJobs({ virtualTime: 10, room: { interactive: 9, batch: 9, first: 9 }, tenants }, 200);
  expect(choice).toMatchObject({ starts: ["new", "back"], rests: ["gone"], virtualTime: 500 });
});
