import type { Evidence } from "@pharmadb/contracts";
import type { Sql } from "../sql.ts";
import { toEvidence } from "./evidence-row.ts";

/** All evidence of the tenant's job, by number. */
export async function listEvidence(sql: Sql, tenantId: string, researchId: string): Promise<Evidence[]> {
  const rows = await sql.query("select * from evidence where tenant_id = $1 and research_id = $2 order by n", [
    tenantId,
    researchId,
  ]);
  return rows.map(toEvidence);
}
