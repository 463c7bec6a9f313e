import { AppError } from "@pharmadb/contracts";
import type { Sql } from "../sql.ts";

/**
 * Keeps these files from being deleted until the transaction ends, in which they come to be named.
 *
 * @throws AppError `invalid_request` naming each `research.file_ids.N` that is no file of the tenant.
 */
export async function holdScheduledFiles(
  transaction: Sql,
  tenantId: string,
  fileIds: readonly string[],
): Promise<void> {
  const rows = await transaction.query<{ id: string }>(
    "select id from files where tenant_id = $1 and id = any ($2::text[]) order by id for key share",
    [tenantId, fileIds],
  );
  const found = new Set(rows.map(({ id }) => id));
  const errors = fileIds.flatMap((id, index) =>
    found.has(id) ? [] : [{ path: `research.file_ids.${index}`, message: "There is no such file." }],
  );
  const [first] = errors;
  if (first) throw new AppError("invalid_request", `body field "${first.path}": ${first.message}`, { errors });
}
