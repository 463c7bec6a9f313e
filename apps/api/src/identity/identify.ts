import { AppError, type Scope } from "@pharmadb/contracts";
import type { Request, Response } from "express";
import { bearerToken } from "./authenticate.ts";
import type { AuthenticateFrom } from "./limit-failures.ts";
import { mayDo, type Principal } from "./principal.ts";

type Sent = {
  request: Request;
  response: Response;
  /** As who it counts where its key does not work. */
  from: string | null;
};

/**
 * Who sends the request.
 *
 * @throws AppError `unauthorized` where no key is sent or none that works. It does not say which of unknown, revoked and
 * expired it is: that is nobody's business but the owner's, who sees it in the list of keys. `rate_limited` where too many
 * keys from there do not work.
 */
export async function identify(authenticate: AuthenticateFrom, { request, response, from }: Sent): Promise<Principal> {
  if (request.get("authorization") === undefined) {
    response.set("WWW-Authenticate", 'Bearer realm="pharmadb"');
    throw new AppError("unauthorized", "Send an API key, as `Authorization: Bearer pdb_…`.");
  }
  const token = bearerToken(request);
  const principal = token === null ? null : await authenticate(token, from);
  if (principal) return principal;
  response.set("WWW-Authenticate", 'Bearer realm="pharmadb", error="invalid_token"');
  throw new AppError("unauthorized", "The API key is not known, or it has been revoked or has expired.");
}

/** @throws AppError `forbidden` naming the scope that is missing. */
export function expectScope(principal: Principal, scope: Scope, response: Response): void {
  if (mayDo(principal, scope)) return;
  response.set("WWW-Authenticate", `Bearer realm="pharmadb", error="insufficient_scope", scope="${scope}"`);
  throw new AppError("forbidden", `This wants the scope "${scope}", which the key does not have.`);
}
