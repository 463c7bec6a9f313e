import { type AuditAction, type AuditEntry, type JsonObject, newId } from "@pharmadb/contracts";

/** Who does something, for which tenant, and by which request. */
export type Actor = AuditEntry["actor"] & {
  tenantId: string;
  requestId: string | null;
  clientAddress: string | null;
};

/** What somebody does. The time is that of the database. */
export type NewAuditEntry = {
  actor: Actor;
  action: AuditAction;
  target: AuditEntry["target"];
  /** Facts, never content: the trail keeps them when what they are about has been erased. */
  details?: JsonObject;
};

/** An entry as the statements read it out of JSON. */
export function auditJson({ actor, action, target, details = {} }: NewAuditEntry) {
  return {
    audit_id: newId("aud"),
    tenant_id: actor.tenantId,
    actor_kind: actor.kind,
    actor_id: actor.id,
    action,
    target_type: target?.type ?? null,
    target_id: target?.id ?? null,
    request_id: actor.requestId,
    client_address: actor.clientAddress,
    details,
  };
}
