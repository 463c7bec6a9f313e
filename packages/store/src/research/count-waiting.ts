import type { Sql } from "../sql.ts";

/** How many jobs of the tenant wait, those of batches apart; `limit` where there are as many or more. */
export async function countWaiting(sql: Sql, tenantId: string, limit: number): Promise<number> {
  const [row] = await sql.query<{ waiting: number }>(
    `select count(*)::integer as waiting from (
       select from research where tenant_id = $1 and status = 'queued' and batch_id is null limit $2
     ) as counted`,
    [tenantId, limit],
  );
  return row?.waiting ?? 0;
}
