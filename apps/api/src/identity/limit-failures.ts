import { createHash } from "node:crypto";
import { AppError } from "@pharmadb/contracts";
import { createInTurn } from "../limits/in-turn.ts";
import type { RateCounter } from "../limits/rate-counter.ts";
import type { Authenticate } from "./authenticate.ts";
import type { Principal } from "./principal.ts";

/** Tokens that do not work from one address in a minute; after them no token is looked at that has not worked before. */
export const MAX_FAILURES_PER_MINUTE = 60;
/** Else a thousand guesses at once would all be looked at before the first has been counted. */
const AT_ONCE = 20;
const MAX_REMEMBERED = 10_000;

/** Tells whose bearer token this is; `from` is who fails where it does not work, null where failing is free. */
export type AuthenticateFrom = (token: string, from: string | null) => Promise<Principal | null>;

/**
 * Limits how many tokens that do not work are looked at from one address: a look may cost a statement, or a call of
 * another service. A token that has worked last time is always looked at, so that whoever guesses behind the same proxy
 * keeps nobody out who is in.
 */
export function limitFailures(authenticate: Authenticate, countOne: RateCounter): AuthenticateFrom {
  const worked = new Set<string>();
  const inTurn = createInTurn(AT_ONCE);

  async function check(token: string, hash: string): Promise<Principal | null> {
    const principal = await authenticate(token);
    worked.delete(hash);
    if (principal) worked.add(hash);
    for (const oldest of worked.size > MAX_REMEMBERED ? worked.keys().take(1) : []) worked.delete(oldest);
    return principal;
  }

  async function checkUnknown(token: string, hash: string, from: string): Promise<Principal | null> {
    const { count, resetMs } = await countOne(from, 0);
    if (count >= MAX_FAILURES_PER_MINUTE) throw tooManyFailures(resetMs);
    const principal = await check(token, hash);
    if (!principal) await countOne(from);
    return principal;
  }

  return async (token, from) => {
    const hash = createHash("sha256").update(token).digest("base64");
    if (from === null) return check(token, hash);
    if (!worked.has(hash)) return inTurn(from, () => checkUnknown(token, hash, from));
    const principal = await check(token, hash);
    if (!principal) await countOne(from);
    return principal;
  };
}

function tooManyFailures(resetMs: number): AppError {
  const seconds = Math.max(1, Math.ceil(resetMs / 1000));
  return new AppError(
    "rate_limited",
    `From one address, ${MAX_FAILURES_PER_MINUTE} keys a minute may fail, and as many have. Try again in ${seconds} s.`,
    { retryAfterSeconds: seconds },
  );
}
