import { newId, ResearchRequest } from "@pharmadb/contracts";
import { acceptReceivedBatch, type BatchTerms } from "../batches/accept-batch.ts";
import type { BatchLine } from "../batches/batch-line.ts";
import { type OwnedBatch, openReceivedBatch } from "../batches/receive-batch.ts";
import { stageBatchLines } from "../batches/stage-batch-lines.ts";
import { tendBatch } from "../batches/tend-batch.ts";
import type { Sql } from "../sql.ts";

export const TERMS: BatchTerms = { strict: false, webhook: null, metadata: {}, expiresAt: null };

/** A line with, where it is valid, its request. */
export type GivenLine = { line: BatchLine; request?: ResearchRequest };

/** A valid line. */
export function goodLine(line: number, customId = `id-${line}`, fields: Partial<ResearchRequest> = {}): GivenLine {
  const request = ResearchRequest.parse({ question: `Question ${line}?`, ...fields, priority: "batch" });
  const { metadata, file_ids: fileIds, timeout_seconds: timeoutSeconds, webhook } = request;
  return { line: { line, customId, place: 0, metadata, fileIds, timeoutSeconds, webhookUrl: webhook?.url }, request };
}

/** A line that is not valid. */
export function badLine(line: number, customId: string | null = null): GivenLine {
  return { line: { line, customId, error: { message: "No.", errors: [{ path: "question", message: "No." }] } } };
}

/** Stores these lines as read up to so many lines and as many bytes. */
export function stage(sql: Sql, owned: OwnedBatch, given: readonly GivenLine[], readLines = given.length) {
  let place = 0;
  const lines = given.map(({ line }) => ("error" in line ? line : { ...line, place: ++place }));
  const texts = given.flatMap(({ request }) => (request ? [JSON.stringify(request)] : []));
  const requests = Buffer.from(texts.join("\n"));
  return stageBatchLines(sql, owned, { lines, requests, readLines, readBytes: readLines });
}

/** A batch that is being received, with these lines. */
export async function receivedBatch(sql: Sql, tenantId: string, lines: readonly GivenLine[]) {
  const owned = { id: newId("bat"), owner: newId("req") };
  await openReceivedBatch(sql, { ...owned, tenantId });
  const staged = await stage(sql, owned, lines);
  return { ...owned, tenantId, staged };
}

/** An accepted batch of so many valid lines, of which `jobs` have become jobs. Gives its id and theirs. */
export async function runningBatch(sql: Sql, tenantId: string, { lines, jobs }: { lines: number; jobs: number }) {
  const given = Array.from({ length: lines }, (_, index) => goodLine(index + 1));
  const { staged: _, ...batch } = await receivedBatch(sql, tenantId, given);
  await acceptReceivedBatch(sql, { ...batch, key: null, terms: TERMS });
  return { id: batch.id, jobs: (await tendBatch(sql, batch.id, { waiting: jobs })).fed };
}
