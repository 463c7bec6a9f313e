import { z } from "zod";
import type { Sql } from "../sql.ts";
import type { OwnedBatch } from "./receive-batch.ts";

const FileBatch = z.object({
  id: z.string(),
  tenant_id: z.string(),
  input_file_id: z.string().nullable(),
  created_at: z.date(),
  total: z.number(),
  read_lines: z.number(),
  read_bytes: z.coerce.number(),
});

/** A batch whose lines are to be read from a file, after so many lines and bytes of it. */
export type FileBatch = z.infer<typeof FileBatch>;

/** Takes the oldest batch whose file nobody reads, or nobody who has been heard of lately. */
export async function claimFileBatch(
  sql: Sql,
  { owner, silentMs }: { owner: string; silentMs: number },
): Promise<FileBatch | null> {
  const [row] = await sql.query(
    `update batches set owner = $1, heartbeat_at = clock_timestamp()
     where id = (
       select id from batches
       where status = 'validating' and finished_at is null
         and (owner is null or heartbeat_at < clock_timestamp() - $2::float8 * interval '1 millisecond')
       order by id limit 1
       for no key update skip locked
     )
     returning id, tenant_id, input_file_id, created_at, total, read_lines, read_bytes`,
    [owner, silentMs],
  );
  return row ? FileBatch.parse(row) : null;
}

/** Leaves a batch to whoever takes it next. */
export async function releaseBatch(sql: Sql, { id, owner }: OwnedBatch): Promise<void> {
  await sql.query("update batches set owner = null where id = $1 and owner = $2 and status = 'validating'", [
    id,
    owner,
  ]);
}
