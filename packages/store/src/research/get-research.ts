import type { Sql } from "../sql.ts";
import { type ResearchRecord, toResearchRecord } from "./research-record.ts";

/** The tenant's job of this id. */
export async function getResearch(sql: Sql, tenantId: string, id: string): Promise<ResearchRecord | null> {
  const [row] = await sql.query("select * from research where tenant_id = $1 and id = $2", [tenantId, id], {
    prepared: "get_research",
  });
  return row ? toResearchRecord(row) : null;
}
