import { access, constants, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startApi } from "@pharmadb/api";
import { type Client, createClient } from "@pharmadb/client";
import type { Config } from "@pharmadb/config";
import type { ResearchEvent } from "@pharmadb/contracts";
import { createLogger } from "@pharmadb/telemetry";
import { startWorker } from "@pharmadb/worker";
import { chooseModel } from "../choose-model.ts";
import { type Command, type CommandInput, UsageError } from "../command.ts";
import { openParts } from "../open-parts.ts";
import { parseCommand } from "../parse-command.ts";
import { untilStopped } from "../until-stopped.ts";

const STOPPED_BY_USER = 130;

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
  // What the service does is told by the job's own progress; of its log only troubles are of interest here.
  const logger = createLogger({ level: config.logLevel === "info" ? "warn" : config.logLevel, service: "ask" });
  const parts = await openParts(own, logger, stack);
  const timing = { graceMs: 0 };
  stack.adopt(
    await startWorker({ config: own, deps: { ...parts, model: chooseModel(own, parts.metrics), timing } }),
    (worker) => worker.close(),
  );
  return stack.adopt(await startApi({ config: own, deps: parts }), (api) => api.close()).url;
}

function progressLine({ at, type, data }: ResearchEvent): string {
  const given = data.arguments && JSON.stringify(data.arguments);
  const subject = [data.title, data.tool, given].filter((part) => typeof part === "string").join("  ");
  return `${at.slice(11, 19)}  ${type.padEnd(18)}  ${subject}`.trimEnd();
}

async function refuseUnreadable(path: string): Promise<void> {
  try {
    await access(path, constants.R_OK);
  } catch (error) {
    throw new UsageError(`ask: ${error instanceof Error ? error.message : path}`);
  }
}

type Question = { question: string; paths: string[] };

/** Asks, follows and prints: progress to standard error, the report to standard output. Gives the exit code. */
async function askAndPrint(client: Client, { question, paths }: Question, signal: AbortSignal): Promise<number> {
  const fileIds: string[] = [];
  for (const path of paths) fileIds.push((await client.uploadFile(path, { signal })).id);
  const { id } = await client.submit({ question, file_ids: fileIds }, { signal });
  try {
    for await (const event of client.follow(id, { signal })) process.stderr.write(`${progressLine(event)}\n`);
  } catch (error) {
    // Whoever stops waiting does not want the answer any more; the service may be one that runs on.
    if (signal.aborted) await client.cancel(id);
    throw error;
  }
  const job = await client.getResearch(id);
  if (job.status !== "completed") {
    process.stderr.write(`The research ended as ${job.status}: ${job.error?.message ?? "it was cancelled"}\n`);
    return 1;
  }
  process.stdout.write(`${(await client.getReport(id, "md")).trim()}\n`);
  return 0;
}

export const ask: Command = {
  usage: 'ask "question" file… [--url http://…] [--key …]',
  summary: "asks a running service, or one of its own, and prints the report",
  async run(input) {
    const { values, positionals } = parseCommand("ask", input.args, {
      url: { type: "string" },
      key: { type: "string" },
    });
    const [question, ...paths] = positionals;
    if (question === undefined) throw new UsageError("ask: no question was given.");
    for (const path of paths) await refuseUnreadable(path);
    const stop = new AbortController();
    void untilStopped().then(() => stop.abort());
    try {
      const baseUrl = values.url ?? (await startTemporaryService(input));
      const apiKey = values.key ?? input.config.apiKey;
      const client = createClient({ baseUrl, ...(apiKey !== null && { apiKey }) });
      return await askAndPrint(client, { question, paths }, stop.signal);
    } catch (error) {
      if (stop.signal.aborted) return STOPPED_BY_USER;
      throw error;
    }
  },
};
