import type { Sql } from "../sql.ts";
import { type Choice, MEAN_KEPT } from "./choose-jobs.ts";
import type { Lane } from "./read-round.ts";

/** A job that has just left the backlog; what its entry on the queue is made of. */
export type DispatchedJob = { id: string; dispatch: number; priority: Lane; first: boolean };

// All of a round in one statement, which is nothing where another round has been first since `round` was read: no lock
// is held while this process thinks, for a process that is paused then would stop all dispatchers.
//
// It need not be on the disk when it is answered. A dispatch that a crash of the database undoes leaves the job in the
// backlog, and the entry, which names a dispatch that the record does not know, is dropped.
const turn = (chosen: string) => `
  turn as (
    update dispatch_state set round = round + 1, virtual_time = $2::float8
    where id and round = $1::bigint
    returning set_config('synchronous_commit', 'off', true)
  ),
  taken as (
    select picked.id
    from turn cross join ${chosen} cross join lateral (
      select id from research
      where status = 'queued' and dispatched_at is null
        and research.priority = chosen.priority and research.tenant_id = chosen.tenant_id and ready_at <= now()
      order by ready_at, id limit chosen.jobs
      for update skip locked
    ) as picked
  ),
  dispatched as (
    update research set dispatch = dispatch + 1, dispatched_at = clock_timestamp()
    -- As an array, of which the planner knows that it is short: it would read the whole table to join with it.
    where research.id = any (array (select id from taken))
    returning research.id, dispatch, priority, tenant_id, ready_at
  )`;

const TAKEN = `
  select dispatched.id, dispatch, priority, tenant_id
  from turn left join dispatched on true order by ready_at, id`;

const MANY = "unnest($3::text[], $4::text[], $5::integer[]) as chosen (priority, tenant_id, jobs)";
// Without an array, so that the plan is good for all values and made only once.
const ONE = "(select $3::text as priority, $4::text as tenant_id, $5::integer as jobs) as chosen";

// What most rounds are: nobody comes or goes, and there is little to settle.
const TAKE = `with ${turn(MANY)} ${TAKEN}`;
const TAKE_OF_ONE = `with ${turn(ONE)} ${TAKEN}`;

const TAKE_AND_SETTLE = `
  with ${turn(MANY)},
  charged as (
    delete from share_charges where exists (select from turn) returning tenant_id, cost
  ),
  spent as (
    select tenant_id, sum(cost) as cost, count(*) as attempts, avg(cost) as mean from charged group by tenant_id
  ),
  changes as (
    select ids.id, coalesce(cost, 0) as cost, coalesce(attempts, 0) as attempts, coalesce(mean, 0) as mean,
      ids.id = any ($6::text[]) as starts, ids.id = any ($7::text[]) as rests
    from turn cross join (
      select tenant_id as id from spent union select unnest($6::text[]) union select unnest($7::text[])
    ) as ids
    left join spent on tenant_id = ids.id
  ),
  settled as (
    update tenants set
      virtual_time = greatest(virtual_time + cost / weight, case when starts then $2::float8 end),
      mean_cost = mean_cost + (mean - mean_cost) * (1 - power(${MEAN_KEPT}, attempts)),
      active = (active or starts) and not rests
    from changes where tenants.id = changes.id
  ),
  joined as (
    insert into tenants (id, virtual_time, active)
    select id, $2::float8, true from changes
    where starts and not exists (select from tenants where tenants.id = changes.id)
    on conflict do nothing
  )
  ${TAKEN}`;

/** Attempts that may wait to be settled: every round reads them, and few of them are nothing to it. */
const MAX_UNSETTLED = 50;

type TakenRow = { id: string | null; dispatch: number; priority: Lane; tenant_id: string };

/**
 * Takes the chosen jobs out of the backlog, and now and then settles what the tenants have used. Gives them in the order
 * of the choice, fewer where some have gone; null where another dispatcher has been first, and nothing was done.
 */
export async function takeJobs(sql: Sql, round: string, choice: Choice): Promise<DispatchedJob[] | null> {
  const rows = await take(sql, round, choice);
  if (rows.length === 0) return null;
  const taken = Map.groupBy(
    rows.filter((row) => row.id !== null),
    ({ priority, tenant_id }) => `${priority} ${tenant_id}`,
  );
  return choice.picks.flatMap(({ lane, tenantId, first }) => {
    const row = taken.get(`${lane} ${tenantId}`)?.shift();
    return row?.id ? [{ id: row.id, dispatch: row.dispatch, priority: row.priority, first }] : [];
  });
}

function take(sql: Sql, round: string, choice: Choice): Promise<TakenRow[]> {
  const { picks, virtualTime, starts, rests, unsettled } = choice;
  const lanes = Map.groupBy(picks, ({ lane, tenantId }) => `${lane} ${tenantId}`);
  const chosen = [...lanes.values()].flatMap((same) => (same[0] ? [{ ...same[0], jobs: same.length }] : []));
  const many = [chosen.map(({ lane }) => lane), chosen.map(({ tenantId }) => tenantId), chosen.map(({ jobs }) => jobs)];
  if (starts.length > 0 || rests.length > 0 || unsettled > MAX_UNSETTLED) {
    return sql.query(TAKE_AND_SETTLE, [round, virtualTime, ...many, starts, rests]);
  }
  const [one, other] = chosen;
  if (!one || other) return sql.query(TAKE, [round, virtualTime, ...many], { prepared: "take_jobs" });
  return sql.query(TAKE_OF_ONE, [round, virtualTime, one.lane, one.tenantId, one.jobs], {
    prepared: "take_jobs_of_one",
  });
}
