import type { FileObject } from "@pharmadb/contracts";
import { type Page, toPage } from "../page.ts";
import type { Sql } from "../sql.ts";
import { toFileObject, toStoredFile } from "./file-row.ts";

/** A page of the tenant's files, newest first. */
export async function listFiles(
  sql: Sql,
  tenantId: string,
  { limit, after }: { limit: number; after?: string | undefined },
): Promise<Page<FileObject>> {
  const rows = await sql.query(
    `select * from files where tenant_id = $1 and ($3::text is null or id < $3) order by id desc limit $2`,
    [tenantId, limit + 1, after ?? null],
  );
  return toPage(
    rows.map((row) => toFileObject(toStoredFile(row))),
    limit,
  );
}
