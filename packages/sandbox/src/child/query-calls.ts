import type { LoadedTable, QueryCall } from "../pool/messages.ts";
import type { QueryResult } from "../sandbox.ts";
import { ChildFailure } from "./failure.ts";
import { type LockedEngine, openLockedEngine } from "./locked-engine.ts";
import { runQuery } from "./run-query.ts";

const INTERRUPT_EVERY_MS = 50;
const MEMORY_LIMIT_MB = 256;
const MAX_MESSAGE = 2000;

let open: { key: string; engine: LockedEngine } | null = null;
let running: { id: number; interrupt: () => void } | null = null;

/** Answers a query over the given tables; they stay loaded until a call asks for others. */
export async function answerQuery(id: number, call: QueryCall): Promise<QueryResult> {
  const engine = await engineOver(call.tables, call.threads);
  let timedOut = false;
  let repeat: NodeJS.Timeout | undefined;
  // One interrupt may fall between two steps of the engine and be forgotten, so it is repeated.
  const interrupt = () => {
    engine.connection.interrupt();
    repeat ??= setInterval(() => engine.connection.interrupt(), INTERRUPT_EVERY_MS);
  };
  const timer = setTimeout(() => {
    timedOut = true;
    interrupt();
  }, call.limits.timeoutMs);
  running = { id, interrupt };
  try {
    const names = call.tables.map((table) => table.name);
    return await runQuery(engine, names, call.sql, call.limits);
  } catch (error) {
    if (timedOut) throw timeoutFailure(call.limits.timeoutMs);
    throw error instanceof ChildFailure ? error : engineFailure(error);
  } finally {
    running = null;
    clearTimeout(timer);
    clearInterval(repeat);
  }
}

export function interruptQuery(id: number): void {
  if (running?.id === id) running.interrupt();
}

async function engineOver(tables: LoadedTable[], threads: number): Promise<LockedEngine> {
  const key = JSON.stringify({ tables, threads });
  if (open?.key === key) return open.engine;
  open?.engine.close();
  open = null;
  try {
    const engine = await openLockedEngine(tables, { memoryLimitMb: MEMORY_LIMIT_MB, threads });
    open = { key, engine };
    return engine;
  } catch {
    // The engine's message names our own files. Whatever keeps it from opening them, preparing them again mends it.
    throw new ChildFailure("sandbox_failed", "A prepared file could not be opened.", { reason: "entry_missing" });
  }
}

function timeoutFailure(timeoutMs: number): ChildFailure {
  const seconds = Math.round(timeoutMs / 100) / 10;
  return new ChildFailure(
    "query_failed",
    `The query ran longer than its limit of ${seconds} s. Ask for less: filter or aggregate earlier.`,
    {
      reason: "timeout",
    },
  );
}

/** The engine's complaint without its stack, which names places of this machine, and without hints that cannot be followed. */
function engineFailure(error: unknown): ChildFailure {
  const message = error instanceof Error ? error.message : String(error);
  if (/out of memory|bad.alloc|allocation failure/i.test(message)) {
    return new ChildFailure(
      "query_failed",
      "Out of Memory Error: the query needs more memory than it may have. Ask for less: filter or aggregate earlier.",
      { reason: "memory" },
    );
  }
  const shown = message.replace(/\s*Stack Trace:[\s\S]*$/, "");
  // After these the engine may refuse whatever comes next, so its process must not serve another call.
  const isBroken = /^(?:INTERNAL|FATAL) Error|has been invalidated/i.test(message);
  return new ChildFailure("query_failed", shown.length > MAX_MESSAGE ? `${shown.slice(0, MAX_MESSAGE)}…` : shown, {
    reason: isBroken ? "broken" : "engine",
  });
}
