import { readFileSync } from "node:fs";

const PAGE_BYTES = 4096;

/** Resident bytes of a process as the kernel counts them; null where there is no /proc or the process has ended. */
export function residentBytes(pid: number): number | null {
  try {
    const [, pages] = readFileSync(`/proc/${pid}/statm`, "utf8").split(" ");
    return Number(pages) * PAGE_BYTES;
  } catch {
    // Other systems have no /proc; there the address-space limit alone has to hold.
    return null;
  }
}
