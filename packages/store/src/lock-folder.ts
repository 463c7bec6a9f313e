import { access, constants } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

const SQLITE_BUSY = 5;

/**
 * Locks a folder for this process; disposing unlocks it, as does the end of the process, however it comes. Null where
 * another process holds it, or another part of this one.
 *
 * The kernel holds the lock, as that of a transaction on an empty SQLite file. A file that only says whose it is would
 * not do: each container counts its processes from 1, and one cannot ask for those of another that has the same volume.
 */
export async function lockFolder(directory: string): Promise<Disposable | null> {
  // SQLite would say of a folder that cannot be written only that it is unable to open a file.
  await access(directory, constants.W_OK);
  const database = new DatabaseSync(join(directory, "lock"));
  try {
    // Without a journal on disk, which somebody who was killed would leave behind.
    database.exec("pragma journal_mode = memory; begin exclusive");
  } catch (error) {
    database.close();
    if (error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY) return null;
    throw error;
  }
  return { [Symbol.dispose]: () => database.close() };
}
