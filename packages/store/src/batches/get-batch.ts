import type { BatchStatus } from "@pharmadb/contracts";
import { type Page, toPage } from "../page.ts";
import type { Sql } from "../sql.ts";
import { type BatchRecord, SELECT_BATCH, toBatchRecord } from "./batch-record.ts";

/** The tenant's batch of this id, with its counts as they are now. */
export async function getBatch(sql: Sql, tenantId: string, id: string): Promise<BatchRecord | null> {
  const [row] = await sql.query(`${SELECT_BATCH} and batch.tenant_id = $1 and batch.id = $2`, [tenantId, id]);
  return row ? toBatchRecord(row) : null;
}

/** A page of the tenant's batches, newest first. */
export async function listBatches(
  sql: Sql,
  tenantId: string,
  { status, limit, after }: { status?: BatchStatus | undefined; limit: number; after?: string | undefined },
): Promise<Page<BatchRecord>> {
  const parameters: unknown[] = [tenantId, limit + 1];
  const conditions = ["batch.tenant_id = $1"];
  if (status !== undefined) conditions.push(`status = $${parameters.push(status)}`);
  if (after !== undefined) conditions.push(`batch.id < $${parameters.push(after)}`);
  const rows = await sql.query(
    `${SELECT_BATCH} and ${conditions.join(" and ")} order by batch.id desc limit $2`,
    parameters,
  );
  return toPage(rows.map(toBatchRecord), limit);
}
