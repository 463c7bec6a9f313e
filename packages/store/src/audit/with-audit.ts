import type { Sql } from "../sql.ts";
import type { NewAuditEntry } from "./new-audit-entry.ts";
import { writeAudit } from "./write-audit.ts";

/** Changes something and tells of it, both or neither. Where `entryOf` gives null, nothing was changed. */
export function withAudit<T>(
  sql: Sql,
  change: (transaction: Sql) => Promise<T>,
  entryOf: (result: T) => NewAuditEntry | null,
): Promise<T> {
  return sql.transaction(async (transaction) => {
    const result = await change(transaction);
    const entry = entryOf(result);
    if (entry) await writeAudit(transaction, [entry]);
    return result;
  });
}
