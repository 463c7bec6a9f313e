import type { IncomingHttpHeaders } from "node:http";
import { type Exchange, sendJson } from "./exchange.ts";
import type { ProjectKeys } from "./project-keys.ts";

/** A user as the Auth server keeps it; what a token says of it may be older. */
export type User = { id: string; app_metadata: object; role?: string; aud?: string };

/** The public halves of the project's keys. */
export function jwks({ response, keys }: Exchange): void {
  response.setHeader("cache-control", "public, max-age=600");
  sendJson(response, keys.jwks);
}

/** The user of a token, from the server's own record. Its refusals are in the Auth server's envelope. */
export function getUser({ request, response, keys }: Exchange, users: ReadonlyMap<string, User>): void {
  const { status, body } = answerAbout(request.headers, keys, users);
  sendJson(response, body, status);
}

function answerAbout(
  { apikey, authorization }: IncomingHttpHeaders,
  keys: ProjectKeys,
  users: ReadonlyMap<string, User>,
): { status: number; body: object } {
  // The gateway's own answer.
  if (apikey === undefined) return { status: 401, body: { message: "No API key found in request" } };
  const token = /^Bearer (\S+)$/.exec(authorization ?? "")?.[1];
  if (token === undefined) return refusal(401, "no_authorization", "This endpoint requires a valid Bearer token");
  try {
    const user = users.get(String(keys.check(token).sub));
    if (!user) return refusal(403, "user_not_found", "User from sub claim in JWT does not exist");
    return { status: 200, body: { aud: "authenticated", role: "authenticated", user_metadata: {}, ...user } };
  } catch (error) {
    return refusal(403, "bad_jwt", `invalid JWT: unable to parse or verify signature, ${error}`);
  }
}

function refusal(code: number, error_code: string, msg: string) {
  return { status: code, body: { code, error_code, msg } };
}
