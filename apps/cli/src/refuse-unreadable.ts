import { access, constants } from "node:fs/promises";
import { UsageError } from "./command.ts";

/** A file of the command line that cannot be read is a UsageError. */
export async function refuseUnreadable(command: string, path: string): Promise<void> {
  try {
    await access(path, constants.R_OK);
  } catch (error) {
    throw new UsageError(`${command}: ${error instanceof Error ? error.message : path}`);
  }
}
