/** Tells the audit trail which rows of a statement are gone because their time is up. */
export function noteExpiry(gone: string, type: "research" | "batch" | "file"): string {
  return `
    insert into audit_log (id, tenant_id, actor_kind, actor_id, action, target_type, target_id)
    select new_id('aud'), tenant_id, 'system', 'retention', '${type}.expired', '${type}', id from ${gone}`;
}
