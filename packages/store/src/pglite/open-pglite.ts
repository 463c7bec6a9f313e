import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { type Database, SEARCH_PATH } from "../database.ts";
import { lockDataDir } from "./data-dir-lock.ts";
import { createExclusive } from "./exclusive.ts";
import { PglitePool } from "./pglite-pool.ts";
import { createPgliteSession } from "./pglite-session.ts";
import { createPgliteSql } from "./pglite-sql.ts";

const asText = (value: string) => value;
const INT8 = 20;

/**
 * Opens the embedded record in `dataDir`, or in memory where it is null. The folder is locked against a second
 * process: two PGlites on the same files would destroy them.
 */
export async function openPglite({ dataDir }: { dataDir: string | null }): Promise<Database> {
  await using stack = new AsyncDisposableStack();
  if (dataDir !== null) {
    await mkdir(dataDir, { recursive: true });
    stack.use(await lockDataDir(dataDir));
  }
  const options = { parsers: { [INT8]: asText } };
  const pglite = await (dataDir === null ? PGlite.create(options) : PGlite.create(join(dataDir, "pglite"), options));
  stack.defer(() => pglite.close());
  await pglite.exec(`set search_path to ${SEARCH_PATH}; set timezone to 'UTC'`);

  const session = createPgliteSession(pglite);
  const exclusive = createExclusive();
  const pool = new PglitePool({ session, exclusive, onNotification: (callback) => pglite.onNotification(callback) });
  stack.defer(() => exclusive.close());
  stack.defer(() => pool.end());
  const opened = stack.move();
  return {
    sql: createPgliteSql(session, exclusive),
    pool,
    kind: "pglite",
    close: () => opened.disposeAsync(),
  };
}
