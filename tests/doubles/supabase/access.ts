import type { IncomingMessage } from "node:http";
import type { ProjectKeys } from "./project-keys.ts";
import { accessDenied, databaseError, noAuthorization } from "./storage-problem.ts";

/** In whose name a request comes. */
export type Actor = { role: string; sub: string };

/** The one bucket with a policy for users: each has a folder there that bears its id. */
const OWN_BUCKET = "own";
const ROLES = ["anon", "authenticated", "service_role"];

/** The actor of a request. The `apikey` header counts for nothing here. */
export function actorOf(request: IncomingMessage, keys: ProjectKeys): Actor {
  const { authorization } = request.headers;
  if (authorization === undefined) throw noAuthorization();
  const claims = claimsOf(authorization, keys);
  const role = typeof claims.role === "string" ? claims.role : "anon";
  if (!ROLES.includes(role)) throw databaseError("22023");
  return { role, sub: typeof claims.sub === "string" ? claims.sub : "" };
}

function claimsOf(authorization: string, keys: ProjectKeys): Record<string, unknown> {
  try {
    return keys.check(authorization.replace(/^Bearer /, ""));
  } catch (error) {
    throw accessDenied(error instanceof Error ? error.message : String(error));
  }
}

/** Whether the policies let the actor at an object. What they do not, is hidden from reading and refused to writing. */
export function mayTouch({ role, sub }: Actor, bucket: string, key: string): boolean {
  if (role === "service_role") return true;
  return role === "authenticated" && bucket === OWN_BUCKET && sub !== "" && key.startsWith(`${sub}/`);
}
