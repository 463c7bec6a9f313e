import { join } from "node:path";

/** Where uploads are while they arrive: beside the stored files, so that keeping one is a rename. */
export function uploadDirectoryIn(dataDir: string): string {
  return join(dataDir, "uploads");
}
