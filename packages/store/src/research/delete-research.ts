import { HELD } from "../retention/hold.ts";
import type { Sql } from "../sql.ts";

const KEPT = `(${HELD}) or exists (select from batches where id = research.batch_id and ${HELD})`;

/** Erases a job that neither runs nor is held, by itself or with its batch, with its events, evidence and journal. */
export async function deleteResearch(
  sql: Sql,
  tenantId: string,
  id: string,
): Promise<"deleted" | "running" | "held" | "missing"> {
  const deleted = await sql.query(
    `delete from research where tenant_id = $1 and id = $2 and status <> 'running' and not (${KEPT}) returning id`,
    [tenantId, id],
  );
  if (deleted.length > 0) return "deleted";
  const [known] = await sql.query<{ held: boolean }>(
    `select ${KEPT} as held from research where tenant_id = $1 and id = $2`,
    [tenantId, id],
  );
  if (!known) return "missing";
  return known.held ? "held" : "running";
}
