import type { Evidence } from "@pharmadb/contracts";
import type { Sql } from "../sql.ts";
import { toEvidence } from "./evidence-row.ts";

/** One piece of evidence of the tenant's job. */
export async function getEvidence(sql: Sql, tenantId: string, researchId: string, n: number): Promise<Evidence | null> {
  const [row] = await sql.query("select * from evidence where tenant_id = $1 and research_id = $2 and n = $3", [
    tenantId,
    researchId,
    n,
  ]);
  return row ? toEvidence(row) : null;
}
