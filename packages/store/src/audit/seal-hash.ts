import { type AuditEntry, type AuditSeal, sha256OfJson } from "@pharmadb/contracts";

/** An entry before it has a place in the chain. */
export type UnsealedEntry = Omit<AuditEntry, "seal">;

/** What stands in for the hash before the first. */
export const FIRST_PREV_HASH = "0".repeat(64);

/** The hash that seals an entry: over all that is told of it, its place, and the hash before. */
export function sealHash(entry: UnsealedEntry, { seq, sealed_at, prev_hash }: Omit<AuditSeal, "hash">): string {
  return sha256OfJson({ entry, prev_hash, sealed_at, seq });
}
