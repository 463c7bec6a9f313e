import { AppError, MAX_BATCH_REQUESTS } from "@pharmadb/contracts";
import { type BatchLine, holdBatchFiles, type OwnedBatch, type Sql, stageBatchLines } from "@pharmadb/store";
import { createPortion, type Portion } from "./portion.ts";
import type { RequestSource } from "./raw-request.ts";
import { readRequest, refuse } from "./read-request.ts";

/** Files that are known to exist; lines mostly name the same few. */
const MAX_KNOWN = 10_000;

export type IntakeBatch = OwnedBatch & {
  tenantId: string;
  /** Requests that have been stored before. */
  total: number;
};

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
  let filling = createPortion();
  let other = createPortion();
  let storing: Promise<void> = Promise.resolve();

  async function store(): Promise<void> {
    await storing;
    signal.throwIfAborted();
    [filling, other] = [other, filling];
    storing = storePortion(sql, batch, other, known);
    // It is awaited before the next one; until then its failure is nobody's.
    storing.catch(() => undefined);
  }

  for await (const requests of source) {
    signal.throwIfAborted();
    for (const request of requests) {
      if (++total > MAX_BATCH_REQUESTS) throw tooMany();
      const read = readRequest(request);
      if (!filling.takes(read)) await store();
      filling.add(read, request.readBytes);
    }
  }
  await store();
  await storing;
  return total;
}

/** Stores what is in the portion, and empties it. */
async function storePortion(sql: Sql, batch: IntakeBatch, portion: Portion, known: Set<string>): Promise<void> {
  const { lines, ...content } = portion.content();
  if (lines.length === 0) return;
  const named = new Set(lines.flatMap((line) => ("error" in line ? [] : line.fileIds)));
  const asked = [...named].filter((id) => !known.has(id));
  const found = asked.length > 0 ? await holdBatchFiles(sql, batch, asked) : [];
  if (known.size + found.length > MAX_KNOWN) known.clear();
  const missing = new Set(asked).difference(new Set(found));
  for (const id of found) known.add(id);
  const checked = missing.size === 0 ? lines : lines.map((line) => withoutMissing(line, missing));
  if (!(await stageBatchLines(sql, batch, { ...content, lines: checked }))) {
    throw new AppError("superseded", "The batch has ended, or somebody else takes it in.");
  }
  portion.clear();
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
