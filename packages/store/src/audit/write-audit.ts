import { groupCalls } from "@pharmadb/contracts";
import { plainText } from "../plain-text.ts";
import type { Sql } from "../sql.ts";
import { auditJson, type NewAuditEntry } from "./new-audit-entry.ts";

const MAX_ENTRIES = 500;

const WRITE = `
  insert into audit_log (
    id, tenant_id, actor_kind, actor_id, action, target_type, target_id, request_id, client_address, details
  )
  select audit_id, tenant_id, actor_kind, actor_id, action, target_type, target_id, request_id, client_address, details
  from json_to_recordset($1::json) as given (
    audit_id text, tenant_id text, actor_kind text, actor_id text, action text, target_type text, target_id text,
    request_id text, client_address text, details json
  )`;

/** A value of the entries, whose details go into jsonb: that has no place for U+0000 and lone surrogates. */
function storable(_key: string, value: unknown): unknown {
  return typeof value === "string" ? plainText(value.toWellFormed()) : value;
}

/** Adds entries to the audit trail; give it the transaction of what they tell of. */
export async function writeAudit(sql: Sql, entries: readonly NewAuditEntry[]): Promise<void> {
  await sql.query(WRITE, [JSON.stringify(entries.map(auditJson), storable)]);
}

/** Adds entries that are no part of a transaction, in one statement with those of others at the same time. */
export type AuditWriter = (entry: NewAuditEntry) => Promise<void>;

/** Opens the way into the audit trail for a process in which many read at once. */
export function openAuditWriter(sql: Sql): AuditWriter {
  return groupCalls<NewAuditEntry, void>(
    async (entries) => {
      await writeAudit(sql, entries);
      return entries.map(() => undefined);
    },
    { maxCalls: MAX_ENTRIES },
  );
}
