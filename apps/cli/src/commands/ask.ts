import type { Client } from "@pharmadb/client";
import type { JsonObject, ResearchEvent } from "@pharmadb/contracts";
import { type Command, UsageError } from "../command.ts";
import { oneLine } from "../one-line.ts";
import { parseCommand } from "../parse-command.ts";
import { refuseUnreadable } from "../refuse-unreadable.ts";
import { SERVICE_OPTIONS, SERVICE_USAGE } from "../running-service.ts";
import { withService } from "../with-service.ts";

/** What a tool is called for in a few words; whole SQL is in the report, with its evidence. */
function whatFor(given: JsonObject): string {
  const { purpose, query } = given;
  return typeof purpose === "string" ? purpose : typeof query === "string" ? query : JSON.stringify(given);
}

function progressLine({ at, type, data }: ResearchEvent): string {
  const given = data.arguments && whatFor(Object(data.arguments));
  const subject = [data.title, data.tool, given].filter((part) => typeof part === "string").join("  ");
  return oneLine(`${at.slice(11, 19)}  ${type.padEnd(18)}  ${subject}`).trimEnd();
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
  usage: [`ask "question" file… ${SERVICE_USAGE}`],
  summary: "asks a running service, or one of its own, and prints the report",
  async run(input) {
    const { values, positionals } = parseCommand("ask", input.args, SERVICE_OPTIONS);
    const [question, ...paths] = positionals;
    if (question === undefined) throw new UsageError("ask: no question was given.");
    for (const path of paths) await refuseUnreadable("ask", path);
    return withService(input, values, (client, signal) => askAndPrint(client, { question, paths }, signal));
  },
};
