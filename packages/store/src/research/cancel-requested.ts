import type { Sql } from "../sql.ts";

/** Which of these jobs their owners want stopped. */
export async function cancelRequested(sql: Sql, ids: readonly string[]): Promise<string[]> {
  const rows = await sql.query<{ id: string }>(
    "select id from research where id = any ($1::text[]) and cancel_requested_at is not null",
    [ids],
  );
  return rows.map(({ id }) => id);
}
