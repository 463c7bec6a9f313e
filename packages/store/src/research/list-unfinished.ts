import { PRIORITIES } from "@pharmadb/contracts";
import { z } from "zod";
import type { Sql } from "../sql.ts";

const UnfinishedResearch = z.object({
  id: z.string(),
  status: z.enum(["queued", "running"]),
  attempt: z.number(),
  priority: z.enum(PRIORITIES),
  created_at: z.date().transform((time) => time.toISOString()),
});
export type UnfinishedResearch = z.infer<typeof UnfinishedResearch>;

/** A page of the queued and running jobs of all tenants, oldest first; for the reconciler. */
export async function listUnfinished(
  sql: Sql,
  { afterId, limit }: { afterId: string | null; limit: number },
): Promise<UnfinishedResearch[]> {
  const rows = await sql.query(
    `select id, status, attempt, priority, created_at from research
     where status in ('queued', 'running') and id > $1 order by id limit $2`,
    [afterId ?? "", limit],
  );
  return rows.map((row) => UnfinishedResearch.parse(row));
}
