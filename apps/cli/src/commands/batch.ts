import { createWriteStream, openAsBlob } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Client } from "@pharmadb/client";
import type { Batch, BatchResult } from "@pharmadb/contracts";
import { attachFiles } from "../attach-files.ts";
import { type Command, UsageError } from "../command.ts";
import { parseCommand } from "../parse-command.ts";
import { refuseUnreadable } from "../refuse-unreadable.ts";
import { SERVICE_OPTIONS, SERVICE_USAGE } from "../running-service.ts";
import { withService } from "../with-service.ts";

/** Complaints that are printed; all of them are at the address of the batch's errors. */
const MAX_COMPLAINTS = 20;

type Asked = { requests: string; files: string[]; strict: boolean; out: string | undefined };

/** Submits, follows and writes the results: progress to standard error. Gives the exit code. */
async function runBatch(client: Client, { requests, files, strict, out }: Asked, signal: AbortSignal): Promise<number> {
  const fileIds: string[] = [];
  for (const path of files) fileIds.push((await client.uploadFile(path, { signal })).id);
  const lines = fileIds.length === 0 ? await openAsBlob(requests) : attachFiles(requests, fileIds);
  const { id } = await client.submitBatch(lines, { strict, signal });
  process.stderr.write(`${id}\n`);
  let batch: Batch;
  try {
    for await (const now of client.followBatch(id, { signal })) process.stderr.write(`${progressLine(now)}\n`);
    batch = await client.getBatch(id);
    await writeResults(client.batchResults(id, { signal }), out);
  } catch (error) {
    // Whoever stops waiting does not want the answers any more; the service may be one that runs on.
    if (signal.aborted) await client.cancelBatch(id).catch(() => undefined);
    throw error;
  }
  await printComplaints(client, batch);
  const { failed, invalid } = batch.counts;
  return batch.status === "completed" && failed === 0 && invalid === 0 ? 0 : 1;
}

function progressLine({ status, counts }: Batch): string {
  const states = Object.entries(counts).filter(([name, count]) => name === "total" || count > 0);
  return `${status.padEnd(10)}  ${states.map(([name, count]) => `${count} ${name}`).join(", ")}`;
}

async function writeResults(results: AsyncIterable<BatchResult>, out: string | undefined): Promise<void> {
  const text = async function* () {
    for await (const result of results) yield `${JSON.stringify(result)}\n`;
  };
  if (out === undefined) await pipeline(Readable.from(text()), process.stdout, { end: false });
  else await pipeline(Readable.from(text()), createWriteStream(out));
}

async function printComplaints(client: Client, { id, error, counts }: Batch): Promise<void> {
  if (error) process.stderr.write(`${error.message}\n`);
  let printed = 0;
  for await (const { line, custom_id, error: complaint } of client.batchErrors(id)) {
    if (++printed > MAX_COMPLAINTS) break;
    process.stderr.write(`line ${line}${custom_id === null ? "" : ` (${custom_id})`}: ${complaint.message}\n`);
  }
  const more = counts.invalid + counts.failed - MAX_COMPLAINTS;
  if (more > 0) process.stderr.write(`and ${more} more\n`);
}

export const batch: Command = {
  usage: [`batch questions.ndjson [file…] [--out results.ndjson] [--strict] ${SERVICE_USAGE}`],
  summary: "asks all questions of a file, of the files given where a line names none, and writes the results",
  async run(input) {
    const { values, positionals } = parseCommand("batch", input.args, {
      ...SERVICE_OPTIONS,
      out: { type: "string" },
      strict: { type: "boolean", default: false },
    });
    const [requests, ...files] = positionals;
    if (requests === undefined) throw new UsageError("batch: no file of questions was given.");
    for (const path of positionals) await refuseUnreadable("batch", path);
    const { strict, out } = values;
    return withService(input, values, (client, signal) => runBatch(client, { requests, files, strict, out }, signal));
  },
};
