import type { PRIORITIES } from "@pharmadb/contracts";
import { z } from "zod";
import type { Sql } from "../sql.ts";

export type Lane = (typeof PRIORITIES)[number];

const Counts = z.object({ interactive: z.number(), batch: z.number() });

/** A tenant with jobs that wait or run, or with a past that has not been settled. */
const TenantAtWork = z.object({
  id: z.string(),
  weight: z.number(),
  /** What it has cost, in seconds divided by its weight, without `charged`. */
  virtualTime: z.number(),
  meanCost: z.number(),
  active: z.boolean(),
  /** The cost of ended attempts that is not yet in `virtualTime`. */
  charged: z.number(),
  /** For each of its jobs that are dispatched, how many seconds it has run. */
  elapsed: z.array(z.number()),
  /** Jobs in its backlog that may run now, counted as far as there is room. */
  ready: Counts,
  /** Its backlog has jobs, if only such as are to run later. */
  waiting: z.boolean(),
});
export type TenantAtWork = z.infer<typeof TenantAtWork>;

const Round = z.object({
  round: z.string(),
  virtualTime: z.number(),
  /** How many more jobs may be dispatched. Interactive ones overtake batch jobs that are still on the queue. */
  room: Counts,
  tenants: z.array(TenantAtWork),
});
/** What a dispatcher has to know for one round. */
export type Round = z.infer<typeof Round>;

// The window is what the workers at work can run, and a few more, so that none of them waits for a dispatcher between
// two jobs; an eighth, and fewer than run, so that a tenant's first job waits for no more than the running ones. The
// jobs of a worker that stops or is dead have no place in it.
//
// Nothing here depends on how long the backlog is: the tenants in it are found by one step in the index a tenant, and
// of each tenant's jobs no more are counted than there is room for. Without room the backlog is not looked at.
const READ = `
  with recursive
    serving as (select id, concurrency from worker_processes where concurrency > 0 and alive_until > now()),
    flying as (
      select tenant_id, priority, status = 'queued' as queued,
        case when status = 'running' then greatest(0, extract(epoch from now() - claimed_at)) else 0 end::float8 as elapsed,
        status = 'queued' or worker_id in (select id from serving) as has_place
      from research where dispatched_at is not null and status in ('queued', 'running')
    ),
    capacity as (select coalesce(sum(concurrency), 0)::integer as jobs from serving),
    places as (
      select jobs + greatest(0, least(ceil(jobs / 8.0)::integer, jobs - 1)) as all,
        (select count(*)::integer from flying where has_place) as taken,
        (select count(*)::integer from flying where queued and priority = 'batch') as overtaken
      from capacity
    ),
    room as (
      select greatest(0, places.all - taken + overtaken) as interactive, greatest(0, places.all - taken) as batch
      from places
    ),
    line as (
      (
        select priority, tenant_id from research
        where status = 'queued' and dispatched_at is null and (select interactive from room) > 0
        order by priority, tenant_id limit 1
      )
      union all
      select next.priority, next.tenant_id from line cross join lateral (
        select priority, tenant_id from research
        where status = 'queued' and dispatched_at is null
          and (research.priority, research.tenant_id) > (line.priority, line.tenant_id)
        order by priority, tenant_id limit 1
      ) as next
    ),
    ready as (
      select tenant_id, priority, (
        select count(*)::integer from (
          select from research
          where status = 'queued' and dispatched_at is null
            and research.priority = line.priority and research.tenant_id = line.tenant_id and ready_at <= now()
          limit (select least(interactive, $1::integer) from room)
        ) as counted
      ) as jobs
      from line
    ),
    backlog as (
      select tenant_id,
        coalesce(sum(jobs) filter (where priority = 'interactive'), 0) as interactive,
        coalesce(sum(jobs) filter (where priority = 'batch'), 0) as batch
      from ready group by tenant_id
    ),
    flown as (select tenant_id, json_agg(elapsed) as elapsed from flying group by tenant_id),
    charged as (select tenant_id, sum(cost) as cost from share_charges group by tenant_id),
    at_work as (
      select tenant_id as id from backlog
      union select tenant_id from flown
      union select tenant_id from charged
      union select id from tenants where active
    ),
    described as (
      select json_build_object(
        'id', at_work.id,
        'weight', coalesce(weight, 1),
        'virtualTime', coalesce(virtual_time, 0),
        'meanCost', coalesce(mean_cost, 5),
        'active', coalesce(active, false),
        'charged', coalesce(charged.cost, 0),
        'elapsed', coalesce(flown.elapsed, '[]'),
        'ready', json_build_object('interactive', coalesce(interactive, 0), 'batch', coalesce(batch, 0)),
        'waiting', backlog.tenant_id is not null
      ) as tenant
      from at_work
      left join tenants on tenants.id = at_work.id
      left join backlog on backlog.tenant_id = at_work.id
      left join flown on flown.tenant_id = at_work.id
      left join charged on charged.tenant_id = at_work.id
    )
  select round, virtual_time as "virtualTime",
    json_build_object('interactive', interactive, 'batch', batch) as room,
    case when exists (select from ready where jobs > 0) then (select json_agg(tenant) from described) else '[]' end
      as tenants
  from dispatch_state, room`;

/** Who waits, who runs and how much room there is. No more than `most` jobs of a tenant and lane are counted. */
export async function readRound(sql: Sql, { most }: { most: number }): Promise<Round> {
  const [row] = await sql.query(READ, [most]);
  return Round.parse(row);
}
