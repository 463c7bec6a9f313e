import { access, constants } from "node:fs/promises";
import { UsageError } from "./command.ts";

/** A file of the command line that cannot be read is a UsageError. */
export async function refuseUnreadable(command: string, path: string): Promise<void> {
  try {
    await access(path, constants.R_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === "ENOENT" ? "there is no such file" : `it cannot be read (${code})`;
    throw new UsageError(`${command}: ${path}: ${why}.`);
  }
}
