import { AppError, SCOPES, type Scope, TenantId } from "@pharmadb/contracts";
import { z } from "zod";
import type { Principal } from "../principal.ts";

const AUDIENCE = "authenticated";
const DEFAULT_SCOPES: readonly Scope[] = ["read", "write"];

const Header = z.object({ alg: z.enum(["ES256", "RS256", "HS256"]), kid: z.string().optional() });
export type TokenHeader = z.infer<typeof Header>;

const UserClaims = z.looseObject({
  iss: z.string(),
  aud: z.union([z.string(), z.array(z.string())]),
  role: z.literal(AUDIENCE),
  sub: z.string().min(1).max(255),
  exp: z.number(),
  nbf: z.number().optional(),
});
export type UserClaims = z.infer<typeof UserClaims>;

/**
 * What a token says, for nobody has checked yet who signed it. Null where it is no user's of this project now: the
 * client library checks neither for whom a token is nor by whom.
 */
export function readUserToken(token: string, issuer: string): { header: TokenHeader; claims: UserClaims } | null {
  const [head, payload, signature, more] = token.split(".");
  if (!head || !payload || !signature || more !== undefined) return null;
  const header = Header.safeParse(parsePart(head));
  const claims = UserClaims.safeParse(parsePart(payload));
  if (!header.success || !claims.success) return null;
  const { iss, aud, nbf = 0, exp } = claims.data;
  const now = Date.now() / 1000;
  if (iss !== issuer || ![aud].flat().includes(AUDIENCE) || exp <= now || nbf > now) return null;
  return { header: header.data, claims: claims.data };
}

function parsePart(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, "base64url").toString());
  } catch {
    return null;
  }
}

/**
 * The user as one who may do something here: in the tenant of the claim, with the scopes of the claim
 * `app_metadata.pharmadb_scopes`, else to read and to write. Only the project writes into `app_metadata`.
 *
 * @throws AppError `forbidden` that names the claim where it holds no tenant.
 */
export function toPrincipal(claims: UserClaims, tenantClaim: readonly string[]): Principal {
  const tenant = TenantId.safeParse(valueAt(claims, tenantClaim));
  if (!tenant.success) {
    const name = tenantClaim.join(".");
    const message = `The token names no tenant: its claim ${name} has to be the name of one (1 to 63 lower-case letters, digits, - and _).`;
    throw new AppError("forbidden", message);
  }
  const scopes = z
    .array(z.enum(SCOPES))
    .safeParse(valueAt(claims, ["app_metadata", "pharmadb_scopes"]) ?? DEFAULT_SCOPES);
  if (!scopes.success) {
    throw new AppError(
      "forbidden",
      `The token's claim app_metadata.pharmadb_scopes has to be a list of ${SCOPES.join(", ")}.`,
    );
  }
  return { tenantId: tenant.data, kind: "user", id: claims.sub, scopes: scopes.data, ratePerMinute: null };
}

function valueAt(claims: unknown, path: readonly string[]): unknown {
  let value = claims;
  for (const name of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}
