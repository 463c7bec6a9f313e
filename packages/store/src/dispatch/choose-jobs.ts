import { createHeap } from "./heap.ts";
import type { Lane, Round, TenantAtWork } from "./read-round.ts";

export type Choice = {
  /** Whose jobs go on the queue, in this order; the `first` ones before those that are there. */
  picks: { tenantId: string; lane: Lane; first: boolean }[];
  virtualTime: number;
  /** Tenants that come back from idleness, and such as have gone idle. */
  starts: string[];
  rests: string[];
  /** Attempts whose cost has not been settled. */
  unsettled: number;
};

/** A tenant's place in the order of turns: what it has cost and what its dispatched jobs will, by its weight. */
type Turn = {
  tenant: TenantAtWork;
  meanCost: number;
  tag: number;
  left: Record<Lane, number>;
  /** Nothing of the tenant is on its way. */
  isFirst: boolean;
};

/** How much of the mean cost stays with each further attempt; the rest is what that one cost. */
export const MEAN_KEPT = 0.8;

/**
 * Whose turn it is, by weighted fair queueing on measured cost: the next job is of the tenant that has used the least
 * of its share, where a job that runs counts for what it has cost so far or, where that is more, for what the tenant's
 * jobs cost lately. A tenant that comes back from idleness starts where the least served of the others is, so that
 * nobody saves up turns by waiting. All interactive jobs go before all batch jobs.
 *
 * An interactive job of a tenant of which nothing is on its way does not wait for what others have on the queue: it goes
 * ahead of that, and may go when there is no other room.
 */
export function chooseJobs({ virtualTime, room, tenants }: Omit<Round, "round">, most: number): Choice {
  const atWork = tenants.filter(isAtWork);
  const now = Math.max(virtualTime, placeOfReturn(atWork));
  const turns = atWork.map((tenant): Turn => {
    const settled = settledOf(tenant);
    const start = tenant.active ? settled : Math.max(settled, now);
    const meanCost = meanCostOf(tenant);
    const running = sum(tenant.elapsed.map((seconds) => Math.max(seconds, meanCost)));
    return {
      tenant,
      meanCost,
      tag: start + running / tenant.weight,
      left: { ...tenant.ready },
      isFirst: tenant.elapsed.length === 0,
    };
  });
  const interactive = pick(turns, "interactive", Math.min(room.interactive, most));
  const firsts = pickFirsts(turns, Math.min(room.first, most) - interactive.length);
  const batch = pick(turns, "batch", Math.min(room.batch, most) - interactive.length - firsts.length);
  return {
    picks: [...interactive, ...firsts, ...batch],
    virtualTime: now,
    starts: atWork.filter(({ active }) => !active).map(({ id }) => id),
    rests: tenants.filter((tenant) => tenant.active && !isAtWork(tenant)).map(({ id }) => id),
    unsettled: sum(tenants.map(({ charges }) => charges.attempts)),
  };
}

function pick(turns: readonly Turn[], lane: Lane, count: number): Choice["picks"] {
  const heap = createHeap<Turn>((a, b) => a.tag < b.tag);
  for (const turn of turns) if (turn.left[lane] > 0) heap.push(turn);
  const picks: Choice["picks"] = [];
  while (picks.length < count) {
    const turn = heap.pop();
    if (!turn) break;
    picks.push({ tenantId: turn.tenant.id, lane, first: lane === "interactive" && turn.isFirst });
    turn.isFirst = false;
    turn.tag += turn.meanCost / turn.tenant.weight;
    turn.left[lane] -= 1;
    if (turn.left[lane] > 0) heap.push(turn);
  }
  return picks;
}

/** One interactive job of each tenant of which nothing is on its way, the least served first. */
function pickFirsts(turns: readonly Turn[], count: number): Choice["picks"] {
  return turns
    .filter(({ isFirst, left }) => isFirst && left.interactive > 0)
    .sort((a, b) => a.tag - b.tag)
    .slice(0, Math.max(0, count))
    .flatMap((turn) => pick([turn], "interactive", 1));
}

/** Where a tenant starts that comes back: beside the least served of those who are there, or nobody being there, all at one. */
function placeOfReturn(atWork: readonly TenantAtWork[]): number {
  const served = atWork.filter(({ active }) => active).map(attained);
  if (served.length > 0) return served.reduce((a, b) => Math.min(a, b));
  return atWork.map(settledOf).reduce((a, b) => Math.max(a, b), 0);
}

const isAtWork = ({ waiting, elapsed }: TenantAtWork) => waiting || elapsed.length > 0;

const settledOf = ({ virtualTime, charges, weight }: TenantAtWork) => virtualTime + charges.cost / weight;

function meanCostOf({ meanCost, charges: { cost, attempts } }: TenantAtWork): number {
  return attempts === 0 ? meanCost : meanCost + (cost / attempts - meanCost) * (1 - MEAN_KEPT ** attempts);
}

/** What a tenant has been served by now. */
const attained = (tenant: TenantAtWork) => settledOf(tenant) + sum(tenant.elapsed) / tenant.weight;

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
