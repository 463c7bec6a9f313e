import type { PRIORITIES } from "@pharmadb/contracts";
import { z } from "zod";
import type { Sql } from "../sql.ts";

export type Lane = (typeof PRIORITIES)[number];

/** A tenant with jobs that wait or run, or with a past that has not been settled. */
export type TenantAtWork = {
  id: string;
  weight: number;
  /** What it has cost, in seconds divided by its weight, but for its `charges`. */
  virtualTime: number;
  /** What an attempt of its jobs costs lately, but for its `charges`. */
  meanCost: number;
  active: boolean;
  /** The cost of ended attempts that has not been settled. */
  charges: { cost: number; attempts: number };
  /** For each of its jobs that are dispatched, how many seconds it has run. */
  elapsed: number[];
  /** Jobs in its backlog that may run now, counted as far as there is room. */
  ready: Record<Lane, number>;
  /** Its backlog has jobs, if only such as are to run later. */
  waiting: boolean;
};

/** What a dispatcher has to know for one round. */
export type Round = {
  round: string;
  virtualTime: number;
  /**
   * How many more jobs may be dispatched. Interactive ones overtake batch jobs that are still on the queue, and there is
   * a little more room for the `first` ones, of tenants of which nothing is on its way.
   */
  room: Record<Lane | "first", number>;
  /** Nobody, where there is no room or nothing that may run now. */
  tenants: TenantAtWork[];
};

const RoundRow = z.object({
  round: z.string(),
  virtual_time: z.number(),
  interactive: z.number(),
  batch: z.number(),
  first: z.number(),
  line: z.array(z.tuple([z.string(), z.enum(["interactive", "batch"]), z.number()])).nullable(),
  flying: z.array(z.tuple([z.string(), z.number()])).nullable(),
  charges: z.array(z.tuple([z.string(), z.number(), z.number()])).nullable(),
  known: z.array(z.tuple([z.string(), z.number(), z.number(), z.number(), z.boolean()])).nullable(),
});

// The window is what the workers at work can run, and a few more, so that none of them waits for a dispatcher between
// two jobs; an eighth, and fewer than run, so that a tenant's first job waits for no more than the running ones. The
// jobs of a worker that stops or is dead have no place in it. Another eighth is for first jobs: they do not wait until
// there is a place between the jobs that others have on the queue, which they overtake.
//
// Nothing here depends on how long the backlog is: the tenants in it are found by one step in the index a tenant, and
// of each tenant's jobs no more are counted than there is room for. Without room the backlog is not looked at, and
// without anything that may run now the tenants are not.
const READ = `
  with recursive
    serving as (select id, concurrency from worker_processes where concurrency > 0 and alive_until > now()),
    flying as (
      select tenant_id, status = 'queued' and priority = 'batch' as overtaken,
        case when status = 'running' then greatest(0, extract(epoch from now() - claimed_at)) else 0 end as elapsed,
        status = 'queued' or worker_id in (select id from serving) as has_place
      from research where dispatched_at is not null and status in ('queued', 'running')
    ),
    room as (
      select greatest(0, places - taken + overtaken) as interactive, greatest(0, places - taken) as batch,
        greatest(0, places + extra - taken + overtaken) as first
      from (
        select jobs + greatest(0, least(extra, jobs - 1)) as places, extra
        from (
          select coalesce(sum(concurrency), 0)::integer as jobs, ceil(coalesce(sum(concurrency), 0) / 8.0)::integer as extra
          from serving
        ) as capacity
      ) as open,
      (
        select (count(*) filter (where has_place))::integer as taken, (count(*) filter (where overtaken))::integer as overtaken
        from flying
      ) as used
    ),
    line as (
      (
        select priority, tenant_id from research
        where status = 'queued' and dispatched_at is null and (select first from room) > 0
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
    counted as (
      select tenant_id, priority, (
        select count(*)::integer from (
          select from research
          where status = 'queued' and dispatched_at is null
            and research.priority = line.priority and research.tenant_id = line.tenant_id and ready_at <= now()
          order by ready_at, id limit (select least(first, $1::integer) from room)
        ) as ready
      ) as jobs
      from line
    ),
    any_ready as (select exists (select from counted where jobs > 0) as is_so)
  select round, virtual_time, interactive, batch, first,
    (select json_agg(json_build_array(tenant_id, priority, jobs)) from counted where is_so) as line,
    (select json_agg(json_build_array(tenant_id, elapsed)) from flying where is_so) as flying,
    (
      select json_agg(json_build_array(tenant_id, cost, attempts))
      from (select tenant_id, sum(cost) as cost, count(*) as attempts from share_charges where is_so group by tenant_id) as sums
    ) as charges,
    (
      select json_agg(json_build_array(id, weight, virtual_time, mean_cost, active)) from tenants
      where is_so and (
        active or id in (select tenant_id from counted union select tenant_id from flying union select tenant_id from share_charges)
      )
    ) as known
  from dispatch_state, room, any_ready`;

/** What is true of a tenant that has not had a job before. */
const UNKNOWN = { weight: 1, virtualTime: 0, meanCost: 5, active: false };

/** Who waits, who runs and how much room there is. No more than `most` jobs of a tenant and lane are counted. */
export async function readRound(sql: Sql, { most }: { most: number }): Promise<Round> {
  const [row] = await sql.query(READ, [most], { prepared: "read_round" });
  const { round, virtual_time, interactive, batch, first, line, flying, charges, known } = RoundRow.parse(row);
  const tenants = new Map<string, TenantAtWork>();
  const tenantOf = (id: string): TenantAtWork => {
    const tenant = tenants.get(id) ?? {
      id,
      ...UNKNOWN,
      charges: { cost: 0, attempts: 0 },
      elapsed: [],
      ready: { interactive: 0, batch: 0 },
      waiting: false,
    };
    tenants.set(id, tenant);
    return tenant;
  };
  for (const [id, weight, virtualTime, meanCost, active] of known ?? []) {
    Object.assign(tenantOf(id), { weight, virtualTime, meanCost, active });
  }
  for (const [id, lane, jobs] of line ?? []) {
    const tenant = tenantOf(id);
    tenant.waiting = true;
    tenant.ready[lane] = jobs;
  }
  for (const [id, elapsed] of flying ?? []) tenantOf(id).elapsed.push(elapsed);
  for (const [id, cost, attempts] of charges ?? []) tenantOf(id).charges = { cost, attempts };
  return { round, virtualTime: virtual_time, room: { interactive, batch, first }, tenants: [...tenants.values()] };
}
