import type { Readable } from "node:stream";
import { readLines, takeIn } from "@pharmadb/batches";
import { AppError, MAX_BATCH_BYTES, toAppError } from "@pharmadb/contracts";
import {
  acceptBatch,
  type FileBatch,
  type FileStorage,
  failBatch,
  getFile,
  keepBatch,
  type OwnedBatch,
  releaseBatch,
  type Sql,
  type StoredFile,
} from "@pharmadb/store";
import type { Logger } from "@pharmadb/telemetry";
import { every } from "../every.ts";

/** How long a file that cannot be read is tried again. */
const GIVE_UP_MS = 10 * 60_000;

export type FileIntake = {
  sql: Sql;
  files: FileStorage;
  logger: Logger;
  /** How often it is said that the file is still being read. */
  heartbeatMs: number;
};

/**
 * Takes in the requests of a batch that are lines of a file, from where an earlier reader got to. A reader that ends
 * in the middle leaves the batch to the next one.
 */
export async function takeInFile(
  batch: FileBatch,
  owner: string,
  { sql, files, logger, heartbeatMs }: FileIntake,
  signal: AbortSignal,
): Promise<void> {
  const owned = { id: batch.id, owner };
  const log = logger.child({ batch_id: batch.id, tenant_id: batch.tenant_id });
  if (batch.read_lines > 0) log.info("batch resumed", { line: batch.read_lines });
  await using _alive = every(
    heartbeatMs,
    async () => void (await keepBatch(sql, owned)),
    () => undefined,
  );
  try {
    const file = await fileOf(sql, batch);
    const source = readLines(chunksOf(files, file, batch.read_bytes), {
      readLines: batch.read_lines,
      readBytes: batch.read_bytes,
    });
    await takeIn(sql, { ...owned, tenantId: batch.tenant_id, total: batch.total }, source, signal);
    const accepted = await acceptBatch(sql, owned);
    if (accepted) log.info("batch taken in", { status: accepted.status, ...accepted.counts });
  } catch (error) {
    await endIntake(batch, owned, { sql, log }, signal.aborted ? null : toAppError(error));
  }
}

async function fileOf(sql: Sql, { tenant_id, input_file_id }: FileBatch): Promise<StoredFile> {
  const file = input_file_id === null ? null : await getFile(sql, tenant_id, input_file_id);
  if (!file) throw new AppError("file_unreadable", "The file of the batch has been deleted.");
  if (file.bytes > MAX_BATCH_BYTES) {
    const limit = `${MAX_BATCH_BYTES / 1024 / 1024} MiB`;
    throw new AppError("payload_too_large", `The file of a batch has at most ${limit}; ${file.name} has more.`);
  }
  return file;
}

async function* chunksOf(files: FileStorage, file: StoredFile, start: number): AsyncGenerator<Buffer> {
  if (start >= file.bytes) return;
  const stream: Readable = files.read(file.storage_key, { start, end: file.bytes - 1 });
  for await (const chunk of stream as AsyncIterable<Buffer>) yield chunk;
}

/** Null: this process is to stop. */
async function endIntake(
  batch: FileBatch,
  owned: OwnedBatch,
  { sql, log }: { sql: Sql; log: Logger },
  error: AppError | null,
): Promise<void> {
  if (error === null) {
    await releaseBatch(sql, owned);
  } else if (error.code === "superseded") {
    log.info("batch left", { reason: "it has ended, or another worker reads it" });
  } else if (error.retryable && Date.now() - batch.created_at.getTime() < GIVE_UP_MS) {
    // Tried again once it has been silent for long enough.
    log.warn("batch not taken in yet", { code: error.code, error });
  } else {
    log.warn("batch not taken in", { code: error.code, error });
    const { code, message, retryable } = error;
    await failBatch(sql, { ...owned, error: { code, message, retryable } });
  }
}
