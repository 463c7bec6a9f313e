import { z } from "zod";
import { JsonObject } from "./json.ts";

/**
 * Who does things: an API key, a user of Supabase, whoever reaches a service without keys, whoever runs the `pharmadb`
 * command beside it, and the service itself.
 */
export const ACTOR_KINDS = ["api_key", "user", "local", "operator", "system"] as const;

/** What is recorded. A name never changes its meaning, for the trail keeps it for good. */
export const AUDIT_ACTIONS = [
  "research.submitted",
  "research.read",
  "research.listed",
  "research.report_read",
  "research.evidence_read",
  "research.recomputed",
  "research.completed",
  "research.failed",
  // Somebody had it cancelled; by the system, it ended so.
  "research.cancelled",
  "research.metadata_changed",
  "research.retried",
  "research.deleted",
  "research.expired",
  "batch.submitted",
  "batch.results_read",
  "batch.cancelled",
  "batch.metadata_changed",
  "batch.expired",
  "file.uploaded",
  "file.read",
  "file.deleted",
  "file.expired",
  "webhook.created",
  "webhook.updated",
  "webhook.deleted",
  "webhook.secret_rotated",
  "webhook.secret_read",
  "webhook.tested",
  "delivery.sent_again",
  "schedule.created",
  "schedule.updated",
  "schedule.deleted",
  "schedule.runs_read",
  "key.created",
  "key.revoked",
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** The place of an entry in the chain. */
export const AuditSeal = z.object({
  seq: z.int().min(1).meta({ description: "The place in the chain of all tenants; without gaps." }),
  sealed_at: z.iso.datetime(),
  prev_hash: Sha256.meta({ description: "The hash at the place before; 64 zeros at the first." }),
  hash: Sha256.meta({
    description:
      "SHA-256 of the canonical JSON of `{entry, prev_hash, sealed_at, seq}`, `entry` being this object without `seal`.",
  }),
});
export type AuditSeal = z.infer<typeof AuditSeal>;

/** That somebody did something. */
export const AuditEntry = z.object({
  id: z.string(),
  object: z.literal("audit_entry"),
  tenant_id: z.string(),
  at: z.iso.datetime(),
  actor: z.object({
    kind: z.enum(ACTOR_KINDS),
    id: z.string().meta({ description: "The id of the key or of the user, or the name of whoever ran the command." }),
  }),
  action: z.enum(AUDIT_ACTIONS),
  target: z
    .object({ type: z.string(), id: z.string() })
    .nullable()
    .meta({ description: "What it was done to; null where that is a list." }),
  request_id: z.string().nullable().meta({ description: "The `X-Request-Id` of the request." }),
  client_address: z.string().nullable(),
  details: JsonObject.meta({ description: "Facts about what was done; never content." }),
  seal: AuditSeal.nullable().meta({ description: "Null in the second before the entry is sealed." }),
});
export type AuditEntry = z.infer<typeof AuditEntry>;
