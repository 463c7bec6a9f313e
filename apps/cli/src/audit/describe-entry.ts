import type { AuditEntry } from "@pharmadb/contracts";

/** An entry in one line of text. */
export function describeEntry({ seal, at, tenant_id, actor, action, target, client_address }: AuditEntry): string {
  const who = actor.id === actor.kind ? actor.id : `${actor.kind} ${actor.id}`;
  const from = client_address === null ? "" : ` from ${client_address}`;
  const place = seal === null ? "-" : String(seal.seq);
  return `${place.padStart(8)}  ${at}  ${tenant_id}  ${action}  ${target?.id ?? "-"}  by ${who}${from}`;
}
