import { apiKeySha256, groupCalls, isApiKey } from "@pharmadb/contracts";
import { type ApiKey, type Sql, useApiKeys } from "@pharmadb/store";
import type { Timing } from "../deps.ts";
import type { Authenticate } from "./authenticate.ts";
import type { Principal } from "./principal.ts";

const MAX_REMEMBERED = 10_000;
const MAX_LOOKUPS = 500;

type Known = { key: Promise<ApiKey | null>; until: number };

/**
 * Knows API keys by the record. Keys that are there are remembered for a moment, so a key in use costs one statement in
 * that time and not one a request. All lookups at one time are one statement: guessing keys cannot flood the record.
 */
export function createApiKeyAuthenticator(sql: Sql, { keyMs }: Pick<Timing, "keyMs">): Authenticate {
  const lookUp = groupCalls((hashes: string[]) => useApiKeys(sql, hashes), { maxCalls: MAX_LOOKUPS });
  const known = new Map<string, Known>();

  function find(hash: string, nowMs: number): Promise<ApiKey | null> {
    const remembered = known.get(hash);
    if (remembered && remembered.until > nowMs) return remembered.key;
    const key = lookUp(hash);
    const entry = { key, until: nowMs + keyMs };
    known.delete(hash);
    known.set(hash, entry);
    // The oldest goes; what is not there or could not be looked up is not remembered at all.
    for (const oldest of known.size > MAX_REMEMBERED ? known.keys().take(1) : []) known.delete(oldest);
    const forget = () => void (known.get(hash) === entry && known.delete(hash));
    key.then((found) => found ?? forget(), forget);
    return key;
  }

  return async (token) => {
    if (!isApiKey(token)) return null;
    const key = await find(apiKeySha256(token), Date.now());
    return key && !hasExpired(key) ? toPrincipal(key) : null;
  };
}

function hasExpired({ expires_at }: ApiKey): boolean {
  return expires_at !== null && Date.parse(expires_at) <= Date.now();
}

function toPrincipal({ id, tenant_id, scopes, rate_per_minute }: ApiKey): Principal {
  return { tenantId: tenant_id, kind: "api_key", id, scopes, ratePerMinute: rate_per_minute };
}
