import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startApi } from "@pharmadb/api";
import { type Client, createClient } from "@pharmadb/client";
import type { Config } from "@pharmadb/config";
import type { ResearchEvent } from "@pharmadb/contracts";
import { startWorker } from "@pharmadb/worker";
import { chooseModel } from "../choose-model.ts";
import { type Command, type CommandInput, UsageError } from "../command.ts";
import { openParts } from "../open-parts.ts";

/** A service of this process, on a free port, with its data in a folder that goes with it. */
async function startTemporaryService({ config, logger, stack }: CommandInput): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), "pharmadb-ask-"));
  stack.defer(() => rm(dataDir, { recursive: true, force: true }));
  const own: Config = { ...config, host: "127.0.0.1", port: 0, auth: "off", databaseUrl: null, dataDir };
  const parts = await openParts(own, logger, stack);
  stack.adopt(await startWorker({ config: own, deps: { ...parts, model: chooseModel(own) } }), (worker) =>
    worker.close(),
  );
  return stack.adopt(await startApi({ config: own, deps: parts }), (api) => api.close()).url;
}

function progressLine({ at, type, data }: ResearchEvent): string {
  const subject = [data.title, data.tool, data.sql].filter((part) => typeof part === "string").join("  ");
  return `${at.slice(11, 19)}  ${type.padEnd(18)}  ${subject}\n`;
}

/** Asks, follows and prints: progress to standard error, the report to standard output. Gives the exit code. */
async function askAndPrint(client: Client, question: string, paths: string[]): Promise<number> {
  const fileIds: string[] = [];
  for (const path of paths) fileIds.push((await client.uploadFile(path)).id);
  const { id } = await client.submit({ question, file_ids: fileIds });
  for await (const event of client.follow(id)) process.stderr.write(progressLine(event));
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
    const { values, positionals } = parseArgs({
      args: input.args,
      options: { url: { type: "string" }, key: { type: "string" } },
      allowPositionals: true,
    });
    const [question, ...paths] = positionals;
    if (question === undefined) throw new UsageError("ask: no question was given.");
    const baseUrl = values.url ?? (await startTemporaryService(input));
    const client = createClient({ baseUrl, ...(values.key !== undefined && { apiKey: values.key }) });
    return askAndPrint(client, question, paths);
  },
};
