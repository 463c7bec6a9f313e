import type { JsonValue } from "@pharmadb/contracts";
import type { Sql } from "../sql.ts";

/** The outputs of all steps that a job has finished, by key. */
export async function loadJournal(sql: Sql, researchId: string): Promise<Map<string, JsonValue>> {
  const rows = await sql.query<{ key: string; output: JsonValue }>(
    "select key, output from journal_steps where research_id = $1",
    [researchId],
  );
  return new Map(rows.map(({ key, output }) => [key, output]));
}
