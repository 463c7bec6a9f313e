import { newId, ResearchRequest } from "@pharmadb/contracts";
import { acceptReceivedBatch, type BatchTerms } from "../batches/accept-batch.ts";
import type { BatchLine } from "../batches/batch-line.ts";
import { openReceivedBatch } from "../batches/receive-batch.ts";
import { stageBatchLines } from "../batches/stage-batch-lines.ts";
import { tendBatch } from "../batches/tend-batch.ts";
import type { Sql } from "../sql.ts";

export const TERMS: BatchTerms = { strict: false, webhook: null, metadata: {}, expiresAt: null };

/** A valid line. */
export function goodLine(line: number, customId = `id-${line}`, fields: Partial<ResearchRequest> = {}): BatchLine {
  const request = ResearchRequest.parse({ question: `Question ${line}?`, ...fields, priority: "batch" });
  const { metadata, file_ids: fileIds, timeout_seconds: timeoutSeconds, webhook } = request;
  const requestJson = JSON.stringify(request);
  return { line, customId, requestJson, metadata, fileIds, timeoutSeconds, webhookUrl: webhook?.url };
}

/** A line that is not valid. */
export function badLine(line: number, customId: string | null = null): BatchLine {
  return { line, customId, error: { message: "No.", errors: [{ path: "question", message: "No." }] } };
}

/** A batch that is being received, with these lines. */
export async function receivedBatch(sql: Sql, tenantId: string, lines: readonly BatchLine[]) {
  const owned = { id: newId("bat"), owner: newId("req") };
  await openReceivedBatch(sql, { ...owned, tenantId });
  const staged = await stageBatchLines(sql, owned, { lines, readLines: lines.length, readBytes: lines.length });
  return { ...owned, tenantId, staged };
}

/** An accepted batch of so many valid lines, of which `jobs` have become jobs. Gives its id and theirs. */
export async function runningBatch(sql: Sql, tenantId: string, { lines, jobs }: { lines: number; jobs: number }) {
  const given = Array.from({ length: lines }, (_, index) => goodLine(index + 1));
  const { staged: _, ...batch } = await receivedBatch(sql, tenantId, given);
  await acceptReceivedBatch(sql, { ...batch, key: null, terms: TERMS });
  return { id: batch.id, jobs: (await tendBatch(sql, batch.id, { waiting: jobs })).fed };
}
