import type { AuditAction, AuditEntry } from "@pharmadb/contracts";
import type { Page } from "../page.ts";
import { toPage } from "../page.ts";
import type { Row, Sql } from "../sql.ts";
import { toAuditEntry, toAuditSeal } from "./audit-row.ts";

export type AuditFilter = {
  /** Null: of all tenants. */
  tenantId: string | null;
  action?: AuditAction | undefined;
  targetId?: string | undefined;
  actorId?: string | undefined;
  since?: string | undefined;
  until?: string | undefined;
  limit: number;
  /** The `nextCursor` of the page before. */
  after?: string | undefined;
};

/** A page of the audit trail, newest first, each entry with its place in the chain. */
export async function listAudit(sql: Sql, filter: AuditFilter): Promise<Page<AuditEntry>> {
  const parameters: unknown[] = [filter.limit + 1];
  const conditions = ["true"];
  const add = (condition: string, value: unknown) => {
    if (value !== undefined && value !== null) conditions.push(`${condition} $${parameters.push(value)}`);
  };
  add("tenant_id =", filter.tenantId);
  add("action =", filter.action);
  add("target_id =", filter.targetId);
  add("actor_id =", filter.actorId);
  add("at >=", filter.since);
  add("at <", filter.until);
  if (filter.after !== undefined) {
    const cursor = `$${parameters.push(filter.after)}`;
    conditions.push(`(at, id) < (select at, id from audit_log where id = ${cursor})`);
  }
  const rows = await sql.query(
    `select audit_log.*, seq, sealed_at, prev_hash, hash
     from audit_log left join audit_seals on audit_id = audit_log.id
     where ${conditions.join(" and ")} order by at desc, id desc limit $1`,
    parameters,
  );
  return toPage(rows.map(toSealedEntry), filter.limit);
}

function toSealedEntry(row: Row): AuditEntry {
  return { ...toAuditEntry(row), seal: row.seq === null ? null : toAuditSeal(row) };
}
