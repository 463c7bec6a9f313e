import type { Sql } from "../sql.ts";

/** Erases a job that does not run, with its events, evidence and journal. */
export async function deleteResearch(
  sql: Sql,
  tenantId: string,
  id: string,
): Promise<"deleted" | "running" | "missing"> {
  const deleted = await sql.query(
    "delete from research where tenant_id = $1 and id = $2 and status <> 'running' returning id",
    [tenantId, id],
  );
  if (deleted.length > 0) return "deleted";
  const [known] = await sql.query("select 1 from research where tenant_id = $1 and id = $2", [tenantId, id]);
  return known ? "running" : "missing";
}
