import { SCOPES, type Scope } from "@pharmadb/contracts";

/** Who sends a request, and what they may do. */
export type Principal = {
  tenantId: string;
  /** `local`: whoever reaches a service that asks for no key. */
  kind: "api_key" | "user" | "local";
  /** The id of the key or of the user; `local` for want of one. */
  id: string;
  scopes: readonly Scope[];
  /** Requests a minute; null: as the service is set. */
  ratePerMinute: number | null;
};

/** Without keys there is one tenant, and everyone who reaches the service is it. */
export const LOCAL: Principal = {
  tenantId: "default",
  kind: "local",
  id: "local",
  scopes: SCOPES,
  ratePerMinute: null,
};

/** Whether they may do what wants this scope. `admin` includes all others; these do not include each other. */
export function mayDo({ scopes }: Principal, scope: Scope): boolean {
  return scopes.includes(scope) || scopes.includes("admin");
}
