import type { ResearchError } from "@pharmadb/contracts";
import type { Sql } from "../sql.ts";
import { superseded } from "./superseded.ts";

/**
 * Gives a running job back to the queue for another attempt, with its journal; the next claim's event tells why.
 *
 * @throws AppError `superseded` where this attempt no longer owns it.
 */
export async function requeueResearch(
  sql: Sql,
  { id, attempt, error }: { id: string; attempt: number; error: ResearchError | null },
): Promise<void> {
  const changed = await sql.query(
    `update research set status = 'queued', last_error = $3::json, version = version + 1
     where id = $1 and attempt = $2 and status = 'running' returning id`,
    [id, attempt, error && JSON.stringify(error)],
  );
  if (changed.length === 0) throw superseded(id, attempt);
}
