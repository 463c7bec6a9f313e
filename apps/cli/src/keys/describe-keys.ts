import type { ApiKey } from "@pharmadb/store";
import { shortTime } from "../short-time.ts";
import { textTable } from "../text-table.ts";

const HEAD = ["ID", "TENANT", "KEY", "SCOPES", "RATE", "STATE", "LAST USED", "NAME"];

/** A table of keys in lines of text. */
export function describeKeys(keys: readonly ApiKey[], nowMs: number): string {
  return textTable([HEAD, ...keys.map((key) => cellsOf(key, nowMs))]);
}

function cellsOf(key: ApiKey, nowMs: number): string[] {
  const { id, tenant_id, prefix, scopes, rate_per_minute, last_used_at, name } = key;
  const rate = rate_per_minute === null ? "default" : `${rate_per_minute}/min`;
  return [
    id,
    tenant_id,
    `${prefix}…`,
    scopes.join(","),
    rate,
    stateOf(key, nowMs),
    shortTime(last_used_at, "never"),
    name,
  ];
}

function stateOf({ revoked_at, expires_at }: ApiKey, nowMs: number): string {
  if (revoked_at !== null) return `revoked ${shortTime(revoked_at, "never")}`;
  if (expires_at === null) return "works";
  return `${Date.parse(expires_at) <= nowMs ? "expired" : "works until"} ${shortTime(expires_at, "never")}`;
}
