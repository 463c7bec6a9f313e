import { AppError, MAX_BATCH_REQUESTS } from "@pharmadb/contracts";
import { type BatchLine, holdBatchFiles, type OwnedBatch, type Sql, stageBatchLines } from "@pharmadb/store";
import type { RequestSource } from "./raw-request.ts";
import { readRequest, refuse } from "./read-request.ts";

/**
 * What is stored by one statement. V8 keeps texts over about 128 KiB, and what lives for more than a moment, in a heap
 * that it cleans rarely, so larger portions would let the process grow by most of the body.
 */
const MAX_LINES = 500;
const MAX_BYTES = 112 * 1024;
/** Files that are known to exist; lines mostly name the same few. */
const MAX_KNOWN = 10_000;

export type IntakeBatch = OwnedBatch & {
  tenantId: string;
  /** Requests that have been stored before. */
  total: number;
};

type Portion = { lines: BatchLine[]; bytes: number; readLines: number; readBytes: number };

/**
 * Checks and stores the requests of a batch while they arrive; gives their number. What is read next does not wait for
 * what is being stored, and no more than that is held.
 *
 * @throws AppError `payload_too_large` for too many requests, `superseded` where the batch is no longer the owner's.
 */
export async function takeIn(
  sql: Sql,
  batch: IntakeBatch,
  source: RequestSource,
  signal: AbortSignal,
): Promise<number> {
  const known = new Set<string>();
  let total = batch.total;
  let portion = emptyPortion();
  let storing: Promise<void> = Promise.resolve();

  async function store(): Promise<void> {
    const full = portion;
    portion = emptyPortion();
    await storing;
    signal.throwIfAborted();
    if (full.lines.length === 0) return;
    storing = storePortion(sql, batch, full, known);
    // It is awaited before the next one; until then its failure is nobody's.
    storing.catch(() => undefined);
  }

  for await (const requests of source) {
    signal.throwIfAborted();
    for (const request of requests) {
      if (++total > MAX_BATCH_REQUESTS) throw tooMany();
      const line = readRequest(request);
      const bytes = "error" in line ? 0 : line.requestJson.length;
      if (portion.lines.length >= MAX_LINES || portion.bytes + bytes > MAX_BYTES) await store();
      portion.lines.push(line);
      portion.bytes += bytes;
      portion.readLines = request.line;
      portion.readBytes = request.readBytes;
    }
  }
  await store();
  await storing;
  return total;
}

function emptyPortion(): Portion {
  return { lines: [], bytes: 0, readLines: 0, readBytes: 0 };
}

async function storePortion(sql: Sql, batch: IntakeBatch, portion: Portion, known: Set<string>): Promise<void> {
  const named = new Set(portion.lines.flatMap((line) => ("fileIds" in line ? line.fileIds : [])));
  const asked = [...named].filter((id) => !known.has(id));
  const found = asked.length > 0 ? await holdBatchFiles(sql, batch, asked) : [];
  if (known.size + found.length > MAX_KNOWN) known.clear();
  const missing = new Set(asked).difference(new Set(found));
  for (const id of found) known.add(id);
  const lines = missing.size === 0 ? portion.lines : portion.lines.map((line) => withoutMissing(line, missing));
  if (!(await stageBatchLines(sql, batch, { ...portion, lines }))) {
    throw new AppError("superseded", "The batch has ended, or somebody else takes it in.");
  }
}

function withoutMissing(line: BatchLine, missing: ReadonlySet<string>): BatchLine {
  if ("error" in line) return line;
  const errors = line.fileIds.flatMap((id, index) =>
    missing.has(id) ? [{ path: `file_ids.${index}`, message: "There is no such file." }] : [],
  );
  return errors.length === 0 ? line : refuse(line.line, line.customId, errors);
}

function tooMany(): AppError {
  return new AppError("payload_too_large", `A batch has at most ${MAX_BATCH_REQUESTS} requests.`);
}
