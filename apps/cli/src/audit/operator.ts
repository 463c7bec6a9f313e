import { userInfo } from "node:os";
import type { Actor } from "@pharmadb/store";

/** Who the audit trail names for what the command does: the system's name of whoever runs it. */
export function operator(tenantId: string): Actor {
  return { kind: "operator", id: userInfo().username, tenantId, requestId: null, clientAddress: null };
}
