import { AppError, isEndedBatch } from "@pharmadb/contracts";
import type { BatchRecord } from "@pharmadb/store";
import type { Response } from "express";
import { toBatch } from "./to-batch.ts";

const POLL_SECONDS = 5;

/** Answers with a batch, and says when to ask again while it has not ended. */
export function sendBatch(response: Response, record: BatchRecord, status: 200 | 202): void {
  if (!isEndedBatch(record.status)) response.set("Retry-After", String(POLL_SECONDS));
  response.status(status).set("ETag", batchEtag(record)).json(toBatch(record));
}

/** Weak, as that of a job: the version says that the content is the same. */
export function batchEtag({ version }: BatchRecord): string {
  return `W/"${version}"`;
}

/** What a client meets that names a batch which does not exist, or not for it. */
export function noSuchBatch(id: string): AppError {
  return new AppError("not_found", `There is no batch ${id}.`);
}
