import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { ChildRole } from "./messages.ts";

const MAIN = fileURLToPath(new URL("../child/main.ts", import.meta.url));
const SHELL = "/bin/sh";
const UNSHARE = "/usr/bin/unshare";
const SETPRIV = "/usr/bin/setpriv";
const PROBE_TIMEOUT_MS = 5000;

/** What this machine offers to fence a process in. */
export type Fences = { shell: boolean; network: boolean; parentDeath: boolean };

/** The limits of a role, in the units of `ulimit`: kilobytes, blocks of 512 bytes, seconds of processor time. */
const LIMITS: Record<ChildRole, { dataKb: number; fileBlocks: number; heapMb: number }> = {
  query: { dataKb: 1_000_000, fileBlocks: 0, heapMb: 96 },
  reader: { dataKb: 3_000_000, fileBlocks: 16 * 1024 * 1024 * 2, heapMb: 512 },
};
const MAX_CPU_SECONDS = 900;
const MAX_OPEN_FILES = 256;

/** Tries each fence once on a process that does nothing. */
export async function probeFences(): Promise<Fences> {
  const [shell, network, parentDeath] = await Promise.all([
    succeeds(SHELL, ["-c", "ulimit -c 0"]),
    succeeds(UNSHARE, ["-rn", SHELL, "-c", ":"]),
    succeeds(SETPRIV, ["--pdeathsig", "KILL", SHELL, "-c", ":"]),
  ]);
  return { shell, network, parentDeath };
}

function succeeds(command: string, args: string[]): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(command, args, { env: {}, timeout: PROBE_TIMEOUT_MS }, (error) => resolve(error === null));
  });
}

/** The command line that starts a child behind all fences that work here. */
export function launchCommand(role: ChildRole, fences: Fences): { command: string; args: string[] } {
  const { dataKb, fileBlocks, heapMb } = LIMITS[role];
  const node = [process.execPath, `--max-old-space-size=${heapMb}`, "--disable-warning=ExperimentalWarning", MAIN];
  // Entering a user namespace clears the death signal, so it is set after that.
  const parentDeath = fences.parentDeath ? [SETPRIV, "--pdeathsig", "KILL"] : [];
  const network = fences.network ? [UNSHARE, "-rn"] : [];
  const program = [...network, ...parentDeath, ...node];
  if (!fences.shell) return { command: program[0] ?? process.execPath, args: program.slice(1) };
  const limits = [
    "ulimit -c 0",
    `ulimit -d ${dataKb}`,
    `ulimit -f ${fileBlocks}`,
    `ulimit -t ${MAX_CPU_SECONDS}`,
    `ulimit -n ${MAX_OPEN_FILES}`,
  ];
  // A limit that the host has already set lower stays as it is.
  const script = `${limits.map((limit) => `${limit} 2>/dev/null`).join("; ")}; exec "$@"`;
  return { command: SHELL, args: ["-c", script, "sandbox", ...program] };
}
