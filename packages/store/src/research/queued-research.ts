import { NO_USAGE } from "@pharmadb/contracts";
import type { NewResearch } from "./create-research.ts";
import type { ResearchRecord } from "./research-record.ts";

/** The record of a job that has just been written, as reading it back would give it. */
export function queuedResearch(research: NewResearch, createdAt: Date): ResearchRecord {
  const { id, tenantId, request, timeoutSeconds, expiresAt } = research;
  const { question, file_ids, depth, priority, metadata } = request;
  return {
    object: "research",
    id,
    tenant_id: tenantId,
    batch_id: null,
    custom_id: null,
    schedule_id: null,
    status: "queued",
    priority,
    request,
    question,
    file_ids,
    depth,
    metadata,
    timeout_seconds: timeoutSeconds,
    attempt: 0,
    version: 1,
    event_seq: 1,
    progress: null,
    report: null,
    error: null,
    usage: NO_USAGE,
    created_at: createdAt.toISOString(),
    started_at: null,
    finished_at: null,
    expires_at: expiresAt === null ? null : new Date(expiresAt).toISOString(),
    cancel_requested_at: null,
  };
}
