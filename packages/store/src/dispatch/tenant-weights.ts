import type { Sql } from "../sql.ts";

/** A tenant's share of the workers and what it has lately needed of it. */
export type TenantShare = {
  id: string;
  weight: number;
  /** What an attempt of its jobs costs lately: seconds of worker time and tokens in seconds. */
  meanCost: number;
  /** Jobs that wait in the backlog or on the queue, counted up to a thousand, and jobs that run. */
  queued: number;
  running: number;
};

/** Gives the tenant a share of the workers in proportion to this weight; others have 1 unless told otherwise. */
export async function setTenantWeight(sql: Sql, id: string, weight: number): Promise<void> {
  // What has been used counts as used of the old share.
  await sql.query(
    `insert into tenants (id, weight) values ($1, $2::float8)
     on conflict (id) do update set weight = excluded.weight`,
    [id, weight],
  );
}

/** Every tenant that has a weight of its own or has had a job, with what it does now. */
export async function listTenantShares(sql: Sql): Promise<TenantShare[]> {
  return sql.query<TenantShare>(
    `select id, weight, mean_cost as "meanCost",
       (select count(*)::integer from (
         select from research where tenant_id = tenants.id and status = 'queued' limit 1000
       ) as counted) as queued,
       (select count(*)::integer from research where tenant_id = tenants.id and status = 'running') as running
     from tenants order by id`,
  );
}
