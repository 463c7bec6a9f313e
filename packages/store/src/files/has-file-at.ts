import type { Sql } from "../sql.ts";

/** Whether any file has its bytes under this storage key. */
export async function hasFileAt(sql: Sql, storageKey: string): Promise<boolean> {
  const [found] = await sql.query("select from files where storage_key = $1 limit 1", [storageKey]);
  return found !== undefined;
}
