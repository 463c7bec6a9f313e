import { newId, ResearchRequest } from "@pharmadb/contracts";
import { createResearch, type Sql } from "../index.ts";

/** A new job that is on the queue, for its first attempt to be claimed as dispatch 1; gives its id. */
export async function dispatchedResearch(sql: Sql, tenantId: string, request: object = {}): Promise<string> {
  const id = newId("res");
  await createResearch(sql, {
    tenantId,
    id,
    request: ResearchRequest.parse({ question: "How many?", ...request }),
    timeoutSeconds: null,
    expiresAt: null,
    idempotency: null,
  });
  await sql.query("update research set dispatch = 1, dispatched_at = clock_timestamp() where id = $1", [id]);
  return id;
}
