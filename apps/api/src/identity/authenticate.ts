import type { Request } from "express";
import type { Principal } from "./principal.ts";

/**
 * Tells whose bearer token this is; null where it is none that it knows and takes. It is called for each request, so it
 * remembers for a few seconds what it has found out.
 */
export type Authenticate = (token: string) => Promise<Principal | null>;

/** Asks one after the other until one knows the token. */
export function firstOf(authenticators: readonly Authenticate[]): Authenticate {
  return async (token) => {
    for (const authenticate of authenticators) {
      const principal = await authenticate(token);
      if (principal) return principal;
    }
    return null;
  };
}

/** The token of an `Authorization: Bearer` header; null where there is no such header. */
export function bearerToken(request: Request): string | null {
  const [, token] = /^Bearer +([\w.~+/-]+=*) *$/i.exec(request.get("authorization") ?? "") ?? [];
  return token ?? null;
}
