import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { beginPass, endPass, type FileStorage, keepPass, type Sql } from "@pharmadb/store";
import type { Logger } from "@pharmadb/telemetry";
import { every } from "../every.ts";
import type { Timing } from "../timing.ts";
import { clearAway } from "./clear-away.ts";

const LEASE_MS = 60_000;

/** Clears away what has expired, again and again. Of all processes one does it at a time; the next goes on where one has died. */
export function tendRetention({
  sql,
  files,
  logger,
  timing,
  retentionDays,
  now,
  complain,
}: {
  sql: Sql;
  files: Pick<FileStorage, "remove">;
  logger: Logger;
  timing: Pick<Timing, "retentionMs" | "retentionRestMs">;
  retentionDays: number | null;
  now(): Date;
  complain(message: string): (error: unknown) => void;
}): AsyncDisposable {
  const pass = { name: "retention", owner: randomUUID() };
  const stopping = new AbortController();
  const { signal } = stopping;

  async function rest(): Promise<void> {
    await delay(timing.retentionRestMs, undefined, { signal });
    if (!(await keepPass(sql, { ...pass, leaseMs: LEASE_MS }))) throw new Error("Another process clears away.");
  }

  async function run(): Promise<void> {
    if (!(await beginPass(sql, { ...pass, everyMs: timing.retentionMs, leaseMs: LEASE_MS }))) return;
    try {
      const cleared = await clearAway({ sql, files, log: logger, retentionDays, now: now(), rest });
      if (Object.values(cleared).some((count) => count > 0)) logger.info("cleared away", cleared);
    } finally {
      await endPass(sql, pass);
    }
  }

  const stack = new AsyncDisposableStack();
  stack.use(
    every(
      timing.retentionMs,
      () => run().catch((error: unknown) => (signal.aborted ? undefined : complain("clearing away failed")(error))),
      complain("clearing away failed"),
    ),
  );
  stack.defer(() => stopping.abort());
  return stack;
}
