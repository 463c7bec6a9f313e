import { readFile, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { AppError } from "@pharmadb/contracts";
import { z } from "zod";
import { lockFolder } from "../lock-folder.ts";

const Holder = z.object({ host: z.string(), pid: z.number().int() });
type Holder = z.infer<typeof Holder>;

/**
 * Locks the folder for this process, as long as it lives or until disposed.
 *
 * @throws when it is held; the message names the holder.
 */
export async function lockDataDir(directory: string): Promise<Disposable> {
  const holderPath = join(directory, "lock-holder.json");
  const lock = await lockFolder(directory);
  if (lock === null) {
    throw new AppError(
      "conflict",
      `The data folder is in use by ${await nameHolder(holderPath)}. Stop that process, or choose another PHARMADB_DATA_DIR.`,
    );
  }
  const holder: Holder = { host: hostname(), pid: process.pid };
  await writeFile(holderPath, JSON.stringify(holder));
  return lock;
}

/** Only as good as the text, which the holder may be just about to write. */
async function nameHolder(path: string): Promise<string> {
  try {
    const { pid, host } = Holder.parse(JSON.parse(await readFile(path, "utf8")));
    return `process ${pid}${host === hostname() ? "" : ` of ${host}`} (${path})`;
  } catch {
    return "another process";
  }
}
