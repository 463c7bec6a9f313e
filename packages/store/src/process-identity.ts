import { readFile } from "node:fs/promises";
import { z } from "zod";

/** A process beyond its number, which the system gives again: with its start time, where the system tells it. */
const ProcessIdentity = z.object({ pid: z.number().int(), started: z.string().nullable() });
type ProcessIdentity = z.infer<typeof ProcessIdentity>;

/** This process. */
export async function processIdentity(): Promise<ProcessIdentity> {
  return { pid: process.pid, started: await startOf(process.pid) };
}

/** Whether the process that wrote this identity (as JSON) still runs; unreadable text names no process. */
export async function stillRuns(identityJson: string): Promise<boolean> {
  const identity = readIdentity(identityJson);
  if (!identity || !isAlive(identity.pid)) return false;
  const started = await startOf(identity.pid);
  return identity.started === null || started === null || started === identity.started;
}

function readIdentity(text: string): ProcessIdentity | null {
  try {
    return ProcessIdentity.parse(JSON.parse(text));
  } catch {
    // A lock cut short by a full disk or a power cut belongs to nobody.
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Boot and start time of a process; null where the system has no /proc. */
async function startOf(pid: number): Promise<string | null> {
  try {
    const boot = await readFile("/proc/sys/kernel/random/boot_id", "utf8");
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    // The second field is the program's name in brackets and may itself hold brackets and spaces.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return `${boot.trim()}/${fields[19]}`;
  } catch {
    return null;
  }
}
