import { createHash } from "node:crypto";
import type { SupabaseConfig } from "@pharmadb/config";
import { AppError } from "@pharmadb/contracts";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import type { Authenticate } from "../authenticate.ts";
import { createProjectKeys, type FindKey, type ProjectKeysTiming } from "./project-keys.ts";
import { readUserToken, toPrincipal } from "./user-claims.ts";

type Auth = SupabaseClient["auth"];

export type UserTiming = ProjectKeysTiming & {
  /** How long a token that holds is not checked again, but for its end. */
  rememberedMs: number;
  /** How long the project may take for an answer. */
  answerMs: number;
};

const TIMING: UserTiming = {
  freshMs: 10 * 60_000,
  staleMs: 60 * 60_000,
  cooldownMs: 30_000,
  rememberedMs: 30_000,
  answerMs: 5_000,
};
const MAX_REMEMBERED = 10_000;

/**
 * Knows the users of a Supabase project by their tokens. One that is signed by a key of the project's key set is checked
 * here; of one that is signed with the project's secret, as older projects do, the project itself is asked.
 */
export function createSupabaseUserAuthenticator(
  { url, serviceKey, issuer, tenantClaim }: Pick<SupabaseConfig, "url" | "serviceKey" | "issuer" | "tenantClaim">,
  timing: Partial<UserTiming> = {},
): Authenticate {
  const times = { ...TIMING, ...timing };
  const fetchInTime: typeof fetch = (input, init) =>
    fetch(input, { ...init, redirect: "error", signal: AbortSignal.timeout(times.answerMs) });
  const { auth } = createClient(url, serviceKey, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    global: { fetch: fetchInTime },
  });
  async function getKeySet(): Promise<unknown> {
    const response = await fetchInTime(`${url}/auth/v1/.well-known/jwks.json`, { headers: { apikey: serviceKey } });
    if (!response.ok) throw new Error(`The key set is answered with status ${response.status}.`);
    return response.json();
  }
  const findKey = createProjectKeys(getKeySet, times);
  const remembered = createMemory(times.rememberedMs);

  return async (token) => {
    const read = readUserToken(token, issuer);
    if (!read) return null;
    const { header, claims } = read;
    const holds = await remembered(token, () =>
      header.alg === "HS256" ? isVouchedFor(auth, token) : isSigned(auth, findKey, token, header),
    );
    return holds ? toPrincipal(claims, tenantClaim) : null;
  };
}

async function isSigned(
  auth: Auth,
  findKey: FindKey,
  token: string,
  { alg, kid = "" }: { alg: string; kid?: string | undefined },
): Promise<boolean> {
  const key = await findKey(kid);
  if (key?.alg !== alg) return false;
  const { data } = await auth.getClaims(token, { jwks: { keys: [{ ...key, key_ops: ["verify"] }] } });
  return data !== null;
}

/** Remembers for a moment of which tokens it was found that they hold; of others it remembers nothing. */
function createMemory(rememberedMs: number) {
  const known = new Map<string, { holds: Promise<boolean>; untilMs: number }>();
  return (token: string, check: () => Promise<boolean>): Promise<boolean> => {
    const hash = createHash("sha256").update(token).digest("base64");
    const before = known.get(hash);
    if (before && before.untilMs > performance.now()) return before.holds;
    const entry = { holds: check(), untilMs: performance.now() + rememberedMs };
    known.delete(hash);
    known.set(hash, entry);
    for (const oldest of known.size > MAX_REMEMBERED ? known.keys().take(1) : []) known.delete(oldest);
    const forget = () => void (known.get(hash) === entry && known.delete(hash));
    entry.holds.then((holds) => holds || forget(), forget);
    return entry.holds;
  };
}

async function isVouchedFor(auth: Auth, token: string): Promise<boolean> {
  const { error } = await auth.getUser(token);
  if (!error) return true;
  // A refusal has a status of its own; anything else says nothing about the token.
  const { status = 0 } = error;
  if (status >= 400 && status < 500 && status !== 429) return false;
  throw new AppError("unavailable", "The Supabase project cannot be asked about the token.", { cause: error });
}
