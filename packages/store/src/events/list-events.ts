import { EVENT_TYPES, type JsonObject, type ResearchEvent } from "@pharmadb/contracts";
import { z } from "zod";
import type { Sql } from "../sql.ts";

const EventRow = z.object({
  id: z.string(),
  research_id: z.string(),
  seq: z.number(),
  type: z.enum(EVENT_TYPES),
  at: z.date().transform((time) => time.toISOString()),
  data: z.custom<JsonObject>(),
});

/** The events of the tenant's job after a sequence number, in order. */
export async function listEvents(
  sql: Sql,
  tenantId: string,
  researchId: string,
  { after, limit }: { after: number; limit: number },
): Promise<ResearchEvent[]> {
  const rows = await sql.query(
    `select id, research_id, seq, type, at, data from research_events
     where tenant_id = $1 and research_id = $2 and seq > $3 order by seq limit $4`,
    [tenantId, researchId, after, limit],
    { prepared: "list_events" },
  );
  return rows.map((row) => ({ object: "event", ...EventRow.parse(row) }));
}
