import type { Sql } from "../sql.ts";

/** A piece of maintenance, and the process that does it. */
export type MaintenancePass = { name: string; owner: string };

/**
 * Takes a piece of maintenance that nobody does, or whose process has gone silent, and that was not begun since
 * `everyMs`. Others leave it alone for `leaseMs`.
 */
export async function beginPass(
  sql: Sql,
  { name, owner, everyMs, leaseMs }: MaintenancePass & { everyMs: number; leaseMs: number },
): Promise<boolean> {
  const taken = await sql.query(
    `insert into maintenance_passes (name, owner, begun_at, alive_until)
     values ($1, $2, clock_timestamp(), clock_timestamp() + $4::float8 * interval '1 millisecond')
     on conflict (name) do update set owner = excluded.owner, begun_at = excluded.begun_at, alive_until = excluded.alive_until
     where maintenance_passes.alive_until <= clock_timestamp()
       and maintenance_passes.begun_at <= clock_timestamp() - $3::float8 * interval '1 millisecond'
     returning name`,
    [name, owner, everyMs, leaseMs],
  );
  return taken.length > 0;
}

/** Says that it is still being done; false where another process has taken it over. */
export async function keepPass(
  sql: Sql,
  { name, owner, leaseMs }: MaintenancePass & { leaseMs: number },
): Promise<boolean> {
  const kept = await sql.query(
    `update maintenance_passes set alive_until = clock_timestamp() + $3::float8 * interval '1 millisecond'
     where name = $1 and owner = $2 returning name`,
    [name, owner, leaseMs],
  );
  return kept.length > 0;
}

/** Says that it has been done. */
export async function endPass(sql: Sql, { name, owner }: MaintenancePass): Promise<void> {
  await sql.query("update maintenance_passes set alive_until = clock_timestamp() where name = $1 and owner = $2", [
    name,
    owner,
  ]);
}
