import { type ChildProcess, spawn } from "node:child_process";
import { AppError } from "@pharmadb/contracts";
import { type Fences, launchCommand } from "./launch-command.ts";
import { residentBytes } from "./memory-watch.ts";
import type { ChildCall, ChildMessage, ChildResults, ChildRole, ParentMessage } from "./messages.ts";

const WATCH_EVERY_MS = 25;
/** How long a child may take to follow an interrupt before it is killed: it is not seen inside a single long step. */
const GRACE_MS = 1000;
const STDERR_CHARACTERS = 2000;

export type CallLimits = { timeoutMs: number; maxResidentBytes: number };

/** Why a child was killed while it served a call. */
type KillReason = "timeout" | "memory" | "cancelled" | "closed";

/** How a call ended that never got an answer. */
export class ChildEnded extends Error {
  readonly reason: KillReason | "crash" | "killed";
  readonly signal: string | null;
  readonly stderr: string;

  constructor(reason: KillReason | "crash" | "killed", signal: string | null, stderr: string) {
    super(`The sandbox child ended (${reason}${signal === null ? "" : `, ${signal}`}).`);
    this.reason = reason;
    this.signal = signal;
    this.stderr = stderr;
  }
}

type Pending = { id: number; settle: (message: ChildMessage | ChildEnded) => void };

/** One child process: started at once, asked one call at a time. */
export class SandboxChild {
  readonly role: ChildRole;
  /** Resolves when the child can be asked, or has ended before that. */
  readonly ready: Promise<void>;
  readonly ended: Promise<void>;
  /** What the last call had loaded; a call with the same key is served without loading again. */
  loadedKey: string | null = null;
  cpuSeconds = 0;

  readonly #process: ChildProcess;
  #pending: Pending | null = null;
  #alive = true;
  #started = false;
  #nextId = 1;
  #stderr = "";
  #killedFor: KillReason | null = null;

  constructor(role: ChildRole, fences: Fences, cwd: string) {
    this.role = role;
    const { command, args } = launchCommand(role, fences);
    this.#process = spawn(command, args, {
      cwd,
      env: {},
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      serialization: "json",
    });
    const started = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    this.ready = started.promise;
    this.ended = ended.promise;
    this.#process.stderr?.on("data", (data: Buffer) => {
      if (this.#stderr.length < STDERR_CHARACTERS) this.#stderr += data.toString();
    });
    this.#process.on("message", (message) => {
      const childMessage = message as ChildMessage;
      if (childMessage.type === "ready") {
        this.#started = true;
        started.resolve();
      } else if (childMessage.id === this.#pending?.id) this.#settle(childMessage);
    });
    const onEnd = (signal: string | null) => {
      if (!this.#alive) return;
      this.#alive = false;
      this.#settle(this.#endedBecause(signal));
      started.resolve();
      ended.resolve();
    };
    this.#process.on("exit", (_code, signal) => onEnd(signal));
    this.#process.on("error", () => {
      // A failed send ends in "exit" as well; a failed spawn does not.
      if (this.#process.pid === undefined) onEnd(null);
    });
  }

  get isAlive(): boolean {
    return this.#alive && this.#killedFor === null;
  }

  /** Whether it came up at all; false tells a broken installation from a crash. */
  get hasStarted(): boolean {
    return this.#started;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  get residentBytes(): number {
    return (this.pid === undefined ? null : residentBytes(this.pid)) ?? 0;
  }

  /** Sends one call and waits for its answer; throws ChildEnded where none comes. */
  async call<C extends ChildCall>(
    call: C,
    limits: CallLimits,
    signal: AbortSignal,
  ): Promise<Extract<ChildMessage, { type: "result" | "failure" }> & { value?: ChildResults[C["op"]] }> {
    signal.throwIfAborted();
    if (!this.isAlive) throw this.#endedBecause(null);
    const id = this.#nextId++;
    const { promise, resolve } = Promise.withResolvers<ChildMessage | ChildEnded>();
    this.#pending = { id, settle: resolve };
    const watch = setInterval(() => this.#watch(limits.maxResidentBytes), WATCH_EVERY_MS);
    const deadline = setTimeout(() => this.kill("timeout"), limits.timeoutMs + GRACE_MS);
    let cancelDeadline: NodeJS.Timeout | undefined;
    const onAbort = () => {
      this.#send({ type: "interrupt", id });
      cancelDeadline = setTimeout(() => this.kill("cancelled"), GRACE_MS);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    this.#send({ type: "call", id, call });
    try {
      const outcome = await promise;
      if (outcome instanceof ChildEnded) throw outcome;
      if (outcome.type === "ready") throw new AppError("internal", "A sandbox child answered out of turn.");
      this.cpuSeconds = outcome.cpuSeconds;
      return outcome as Extract<ChildMessage, { type: "result" | "failure" }> & { value?: ChildResults[C["op"]] };
    } finally {
      this.#pending = null;
      clearInterval(watch);
      clearTimeout(deadline);
      clearTimeout(cancelDeadline);
      signal.removeEventListener("abort", onAbort);
    }
  }

  kill(reason: KillReason): void {
    this.#killedFor ??= reason;
    this.#process.kill("SIGKILL");
  }

  #send(message: ParentMessage): void {
    // A child that is just ending cannot be written to; its exit event settles the call.
    if (this.#process.connected) this.#process.send(message, () => {});
  }

  #watch(maxResidentBytes: number): void {
    if (this.residentBytes > maxResidentBytes) this.kill("memory");
  }

  #settle(outcome: ChildMessage | ChildEnded): void {
    this.#pending?.settle(outcome);
  }

  #endedBecause(signal: string | null): ChildEnded {
    // SIGKILL that we did not send is the operator's or the kernel's doing, not the input's.
    const reason = this.#killedFor ?? (signal === "SIGKILL" ? "killed" : "crash");
    return new ChildEnded(reason, signal, this.#stderr);
  }
}
