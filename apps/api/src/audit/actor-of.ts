import type { Actor } from "@pharmadb/store";
import type { Request, Response } from "express";
import type { Principal } from "../identity/principal.ts";
import { clientAddress } from "../limits/client-address.ts";

/** Who the audit trail names for what a request does. */
export function actorOf({ kind, id, tenantId }: Principal, request: Request, response: Response): Actor {
  return { kind, id, tenantId, requestId: response.locals.requestId, clientAddress: clientAddress(request) };
}
