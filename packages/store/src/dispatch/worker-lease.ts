import type { Sql } from "../sql.ts";

/** A worker process as others see it. */
export type WorkerProcess = {
  id: string;
  queues: readonly string[];
  /** Research jobs that it takes at once now; 0 while it stops. */
  concurrency: number;
};

/** Says that this worker lives, and will for so long unless it says so again. */
export async function renewLease(
  sql: Sql,
  { id, queues, concurrency }: WorkerProcess,
  { leaseMs }: { leaseMs: number },
): Promise<void> {
  await sql.query(
    `insert into worker_processes as known (id, queues, concurrency, alive_until)
     values ($1, $2::text[], $3, clock_timestamp() + $4::float8 * interval '1 millisecond')
     on conflict (id) do update set
       queues = excluded.queues,
       concurrency = excluded.concurrency,
       seen_at = clock_timestamp(),
       alive_until = excluded.alive_until,
       steady_since = case when known.alive_until > clock_timestamp() then known.steady_since else clock_timestamp() end`,
    [id, queues, concurrency, leaseMs],
  );
}

/** Takes a worker that has ended off the record. */
export async function endLease(sql: Sql, id: string): Promise<void> {
  await sql.query("delete from worker_processes where id = $1", [id]);
}

/** Takes those off the record that have been dead for a day. Their jobs have long been given to others. */
export async function forgetDeadWorkers(sql: Sql): Promise<void> {
  await sql.query("delete from worker_processes where alive_until < now() - interval '1 day'");
}
