/** Tells the audit trail how the jobs of a statement have ended. Their worker is no one's account: the system did it. */
export function noteEnd(ended: string, id: string, details: string): string {
  return `
    insert into audit_log (id, tenant_id, actor_kind, actor_id, action, target_type, target_id, at, details)
    select ${id}, tenant_id, 'system', 'worker', 'research.' || status, 'research', id, finished_at, ${details}
    from ${ended} where finished_at is not null`;
}
