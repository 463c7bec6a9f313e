import { randomUUID } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ApiDeps, Timing } from "../../deps.ts";

export const DEPENDENCIES = ["record", "queue", "files", "sandbox"] as const;

export type Checks = Record<(typeof DEPENDENCIES)[number], "ok" | "out">;

type ProbedDeps = Pick<ApiDeps, "sql" | "queues" | "files" | "sandbox" | "logger"> & {
  timing: Timing;
  uploadDirectory: string;
};

/**
 * Looks at each dependency by using it. Several askers share one look, and its result is good for a moment, so that
 * asking often costs nothing.
 */
export function createReadiness(deps: ProbedDeps): () => Promise<Checks> {
  let last: { at: number; checks: Promise<Checks> } | null = null;
  return () => {
    const now = performance.now();
    if (!last || now - last.at > deps.timing.readinessMs) last = { at: now, checks: probeAll(deps) };
    return last.checks;
  };
}

async function probeAll(deps: ProbedDeps): Promise<Checks> {
  const probes: Record<keyof Checks, (signal: AbortSignal) => Promise<unknown>> = {
    record: () => deps.sql.query("select 1"),
    queue: () => deps.queues.ping(),
    files: () => storeAndRemove(deps),
    sandbox: (signal) => deps.sandbox.query([], "select 1", { timeoutMs: deps.timing.probeMs }, signal),
  };
  const states = await Promise.all(
    DEPENDENCIES.map(async (name): Promise<[keyof Checks, "ok" | "out"]> => {
      try {
        await inTime(probes[name], deps.timing.probeMs);
        return [name, "ok"];
      } catch (error) {
        deps.logger.warn("dependency is out", { dependency: name, error });
        return [name, "out"];
      }
    }),
  );
  return Object.fromEntries(states) as Checks;
}

async function inTime(probe: (signal: AbortSignal) => Promise<unknown>, ms: number): Promise<void> {
  const controller = new AbortController();
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const error = new Error(`no answer in ${ms} ms`);
    reject(error);
    controller.abort(error);
  }, ms);
  try {
    await Promise.race([probe(controller.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Whether there is room to write is only known by writing. */
async function storeAndRemove({ files, uploadDirectory }: ProbedDeps): Promise<void> {
  await mkdir(uploadDirectory, { recursive: true });
  const path = join(uploadDirectory, randomUUID());
  const key = `readiness/${randomUUID()}`;
  try {
    await writeFile(path, "ready?");
    await files.put(key, path);
    await files.remove(key);
  } finally {
    await rm(path, { force: true });
  }
}
