import type { KeptHead } from "@pharmadb/store";
import { UsageError } from "../command.ts";

/** `--expect`: an end of the chain as `audit verify` has printed it. */
export function readKeptHead(text: string): KeptHead {
  const [, seq, hash = ""] = /^([1-9]\d{0,14}):([0-9a-f]{64})$/i.exec(text) ?? [];
  if (seq === undefined) throw new UsageError("audit: --expect: a place and its hash, such as 4711:3c3c… .");
  return { seq: Number(seq), hash: hash.toLowerCase() };
}

/** `--since` and `--until`. */
export function readTime(option: string, text: string): string {
  const time = new Date(text);
  if (/^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(time.valueOf())) return time.toISOString();
  throw new UsageError(`audit: --${option}: a day or a time, such as 2026-11-24 or 2026-11-24T02:10:00Z.`);
}

/** `--limit`. */
export function readLimit(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new UsageError("audit: --limit: how many entries, a whole number from 1 to 999999.");
}
