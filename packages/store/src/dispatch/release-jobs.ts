import type { Sql } from "../sql.ts";
import { shareCost } from "./share-cost.ts";

/** One dispatch of a job: what its entry on the queue stands for. */
export type Dispatch = { id: string; dispatch: number };

/**
 * Puts dispatched jobs back into the backlog that no worker has begun: the queue did not take their entries, lost
 * them, or gave them to a worker that stops. Gives how many; a job that has been claimed, has ended or was dispatched
 * again is left alone. Their rows are locked in the order of their ids: of two that release some of the same jobs, none
 * then waits for the other while the other waits for it.
 */
export async function releaseQueued(sql: Sql, dispatches: readonly Dispatch[]): Promise<number> {
  const rows = await sql.query(
    `with lost as (
       select research.id
       from research join unnest($1::text[], $2::integer[]) as given (id, dispatch)
         on research.id = given.id and research.dispatch = given.dispatch
       where status = 'queued' and dispatched_at is not null
       order by research.id for no key update of research
     )
     update research set dispatched_at = null from lost where research.id = lost.id
     returning research.id`,
    [dispatches.map(({ id }) => id), dispatches.map(({ dispatch }) => dispatch)],
  );
  return rows.length;
}

/** The dispatched jobs that have waited for a worker for so long that their entries may be lost. */
export async function listLongQueued(sql: Sql, { forMs }: { forMs: number }): Promise<Dispatch[]> {
  return sql.query<Dispatch>(
    `select id, dispatch from research
     where dispatched_at < now() - $1::float8 * interval '1 millisecond' and status = 'queued'`,
    [forMs],
  );
}

// The row of `lost` is locked before it is looked at again, so of two that release a job one finds it no longer running.
const releaseRunning = (condition: string) => `
  with lost as (
    select research.id, tenant_id, ${shareCost("research", "least(clock_timestamp(), coalesce(seen_at, claimed_at))")} as cost
    from research left join worker_processes on worker_processes.id = worker_id
    where dispatched_at is not null and status = 'running' and ${condition}
    for update of research skip locked
  ),
  released as (
    update research set status = 'queued', dispatched_at = null, version = version + 1
    from lost where research.id = lost.id
    returning research.id
  ),
  charge as (
    insert into share_charges (tenant_id, cost) select tenant_id, cost from lost
  )
  select id from released`;

const OF_THE_DEAD = releaseRunning(`
  (alive_until is null or alive_until < now())
  and exists (
    select from worker_processes as judge
    where judge.id = $1 and judge.alive_until > now() and steady_since < now() - $2::float8 * interval '1 millisecond'
  )`);

const ABANDONED = releaseRunning(
  "worker_id = $1 and (research.id, attempt) in (select * from unnest($2::text[], $3::integer[]))",
);

/**
 * Puts the jobs of dead workers back into the backlog; gives how many. A worker is dead when its lease has run out, and
 * only one that has renewed its own for at least as long may say so: after an outage of the database nobody is dead.
 */
export async function releaseOfDead(sql: Sql, { judge, leaseMs }: { judge: string; leaseMs: number }): Promise<number> {
  return (await sql.query(OF_THE_DEAD, [judge, leaseMs])).length;
}

/**
 * Puts the jobs back into the backlog that are this worker's in the record and that it does not run: the record could
 * not be reached when it had claimed them, or wanted to end them. Gives how many.
 */
export async function releaseAbandoned(
  sql: Sql,
  { workerId, running }: { workerId: string; running(): readonly string[] },
): Promise<number> {
  const held = await sql.query<{ id: string; attempt: number }>(
    "select id, attempt from research where dispatched_at is not null and status = 'running' and worker_id = $1",
    [workerId],
  );
  // Asked for now: a worker knows of a job before the record does, so one that is in the answer and not here is over.
  const known = new Set(running());
  const lost = held.filter(({ id }) => !known.has(id));
  if (lost.length === 0) return 0;
  const parameters = [workerId, lost.map(({ id }) => id), lost.map(({ attempt }) => attempt)];
  return (await sql.query(ABANDONED, parameters)).length;
}

const ALL = `
  with everybody as (delete from worker_processes),
  released as (
    update research set status = 'queued', dispatched_at = null,
      version = case when status = 'running' then version + 1 else version end
    where dispatched_at is not null and status in ('queued', 'running')
    returning id
  )
  select id from released`;

/** Puts every job back into the backlog, whoever held it. For a process that is known to be the only one. */
export async function releaseAll(sql: Sql): Promise<number> {
  return (await sql.query(ALL)).length;
}
