import { AppError } from "@pharmadb/contracts";
import type { Fences } from "./launch-command.ts";
import type { ChildRole } from "./messages.ts";
import { SandboxChild } from "./sandbox-child.ts";

const RECYCLE_RESIDENT_BYTES = 400 * 1024 * 1024;
const RECYCLE_CPU_SECONDS = 600;

type Waiter = {
  role: ChildRole;
  key: string | null;
  give: (child: SandboxChild) => void;
  fail: (error: unknown) => void;
};

/** A child for the duration of one call. */
export type Lease = {
  child: SandboxChild;
  /** Gives the child back; `isSpent` says that it must not serve another call. */
  release(isSpent: boolean): void;
};

/** Children for so many calls at once; callers wait in the order in which they came. */
export class ChildPool {
  readonly #size: number;
  readonly #fences: Fences;
  readonly #cwd: string;
  readonly #idle: SandboxChild[] = [];
  readonly #leased = new Set<SandboxChild>();
  readonly #waiters: Waiter[] = [];
  /** Every child that has not ended yet, also those killed a moment ago. */
  readonly #living = new Set<SandboxChild>();
  #spare: SandboxChild | null = null;
  #closed = false;

  constructor(options: { size: number; fences: Fences; cwd: string }) {
    this.#size = options.size;
    this.#fences = options.fences;
    this.#cwd = options.cwd;
    this.#keepSpare();
  }

  /** A child of this role; one that has `key` loaded where there is a choice. */
  async lease(role: ChildRole, key: string | null, signal: AbortSignal): Promise<Lease> {
    signal.throwIfAborted();
    if (this.#closed) throw closedError();
    const { promise, resolve, reject } = Promise.withResolvers<SandboxChild>();
    const waiter: Waiter = { role, key, give: resolve, fail: reject };
    const onAbort = () => {
      const index = this.#waiters.indexOf(waiter);
      if (index === -1) return;
      this.#waiters.splice(index, 1);
      reject(signal.reason);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    this.#waiters.push(waiter);
    this.#serve();
    try {
      const child = await promise;
      return { child, release: (isSpent) => this.#release(child, isSpent) };
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  /** Ends all children and waits until the last is gone. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const waiter of this.#waiters.splice(0)) waiter.fail(closedError());
    const living = [...this.#living];
    for (const child of living) child.kill("closed");
    await Promise.all(living.map((child) => child.ended));
  }

  get living(): SandboxChild[] {
    return [...this.#living];
  }

  #serve(): void {
    while (this.#waiters.length > 0 && !this.#closed) {
      const [waiter] = this.#waiters;
      if (waiter === undefined) return;
      const child = this.#take(waiter);
      if (child === null) return;
      this.#waiters.shift();
      this.#leased.add(child);
      waiter.give(child);
    }
  }

  #take({ role, key }: Waiter): SandboxChild | null {
    const sameKey = this.#idle.find((child) => child.role === role && child.loadedKey === key);
    const unused = this.#idle.find((child) => child.role === role && child.loadedKey === null);
    const sameRole = this.#idle.find((child) => child.role === role);
    const hasRoom = this.#leased.size + this.#idle.length < this.#size;
    if (sameKey !== undefined || unused !== undefined) return this.#fromIdle(sameKey ?? unused);
    if (hasRoom) return this.#fresh(role);
    if (sameRole !== undefined) return this.#fromIdle(sameRole);
    const other = this.#idle.shift();
    if (other === undefined) return null;
    other.kill("closed");
    return this.#fresh(role);
  }

  #fromIdle(child: SandboxChild | undefined): SandboxChild | null {
    if (child === undefined) return null;
    this.#idle.splice(this.#idle.indexOf(child), 1);
    return child;
  }

  /** The spare, where it is of this role, or a new child. */
  #fresh(role: ChildRole): SandboxChild {
    const spare = this.#spare;
    if (spare === null || spare.role !== role || !spare.isAlive) return this.#start(role);
    this.#spare = null;
    this.#keepSpare();
    return spare;
  }

  #keepSpare(): void {
    if (this.#spare === null && !this.#closed) this.#spare = this.#start("query");
  }

  #start(role: ChildRole): SandboxChild {
    const child = new SandboxChild(role, this.#fences, this.#cwd);
    this.#living.add(child);
    void child.ended.then(() => this.#bury(child));
    return child;
  }

  #bury(child: SandboxChild): void {
    this.#living.delete(child);
    const index = this.#idle.indexOf(child);
    if (index !== -1) this.#idle.splice(index, 1);
    if (this.#spare === child) this.#spare = null;
    this.#serve();
  }

  #release(child: SandboxChild, isSpent: boolean): void {
    if (!this.#leased.delete(child)) return;
    const isWorn = child.cpuSeconds > RECYCLE_CPU_SECONDS || child.residentBytes > RECYCLE_RESIDENT_BYTES;
    if (isSpent || isWorn || !child.isAlive) child.kill("closed");
    else this.#idle.push(child);
    this.#keepSpare();
    this.#serve();
  }
}

function closedError(): AppError {
  return new AppError("sandbox_failed", "The sandbox is closed.");
}
