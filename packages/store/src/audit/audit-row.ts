import { ACTOR_KINDS, type AuditAction, type AuditSeal, type JsonObject } from "@pharmadb/contracts";
import { z } from "zod";
import type { UnsealedEntry } from "./seal-hash.ts";

const Time = z.date().transform((time) => time.toISOString());

const AuditRow = z.object({
  id: z.string(),
  tenant_id: z.string(),
  at: Time,
  actor_kind: z.enum(ACTOR_KINDS),
  actor_id: z.string(),
  // Not from the list: a newer version may write beside this one, and what it wrote is sealed and checked all the same.
  action: z.custom<AuditAction>(),
  target_type: z.string().nullable(),
  target_id: z.string().nullable(),
  request_id: z.string().nullable(),
  client_address: z.string().nullable(),
  details: z.custom<JsonObject>(),
});

const SealRow = z.object({
  seq: z.coerce.number(),
  sealed_at: Time,
  prev_hash: z.string(),
  hash: z.string(),
});

/** The entry in a row of `audit_log`, without its place in the chain. */
export function toAuditEntry(row: unknown): UnsealedEntry {
  const { actor_kind, actor_id, target_type, target_id, ...columns } = AuditRow.parse(row);
  const target = target_type === null || target_id === null ? null : { type: target_type, id: target_id };
  return { object: "audit_entry", ...columns, actor: { kind: actor_kind, id: actor_id }, target };
}

/** The place in the chain that a row of `audit_seals` holds. */
export function toAuditSeal(row: unknown): AuditSeal {
  return SealRow.parse(row);
}
