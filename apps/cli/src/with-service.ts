import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startApi } from "@pharmadb/api";
import type { Client } from "@pharmadb/client";
import { type Config, secretsOf } from "@pharmadb/config";
import { createLogger } from "@pharmadb/telemetry";
import { startWorker } from "@pharmadb/worker";
import type { CommandInput } from "./command.ts";
import { openModel } from "./open-model.ts";
import { openParts } from "./open-parts.ts";
import { runningService } from "./running-service.ts";
import { untilStopped } from "./until-stopped.ts";

const STOPPED_BY_USER = 130;

/**
 * Does `work` with the service at `url`, or with one of this process that goes when it is done. Gives the exit code:
 * that of the work, or the one for a user who did not want to wait.
 */
export async function withService(
  input: CommandInput,
  { url, key }: { url?: string | undefined; key?: string | undefined },
  work: (client: Client, signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const stop = new AbortController();
  void untilStopped().then(() => stop.abort());
  try {
    const service = { url: url ?? (await startTemporaryService(input)), key };
    return await work(runningService(input, service), stop.signal);
  } catch (error) {
    if (stop.signal.aborted) return STOPPED_BY_USER;
    throw error;
  }
}

/** A service of this process, on a free port, with its data in a folder that goes with it. */
async function startTemporaryService({ config, stack }: CommandInput): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), "pharmadb-ask-"));
  stack.defer(() => rm(dataDir, { recursive: true, force: true }));
  const own: Config = {
    ...config,
    host: "127.0.0.1",
    port: 0,
    auth: "off",
    databaseUrl: null,
    redis: null,
    supabase: null,
    dataDir,
  };
  // What the service does, and why a job failed, is told by the jobs; its log has the rest for who asks for more.
  const level = config.logLevel === "info" ? "error" : config.logLevel;
  const logger = createLogger({ level, service: "ask", secrets: secretsOf(config) });
  const parts = await openParts(own, logger, stack);
  const timing = { graceMs: 0 };
  const model = await openModel(own, parts, stack);
  stack.adopt(await startWorker({ config: own, deps: { ...parts, model, timing } }), (worker) => worker.close());
  return stack.adopt(await startApi({ config: own, deps: parts }), (api) => api.close()).url;
}
