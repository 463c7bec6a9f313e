import type { Research } from "@pharmadb/contracts";
import type { ResearchRecord } from "@pharmadb/store";

/** The address of a job. Without host: what a client sent as `Host` is no place to send others to. */
export function researchPath(id: string): string {
  return `/api/v1/research/${id}`;
}

/** A job as the client sees it, its fields in the order of the contract. */
export function toResearch(record: ResearchRecord): Research {
  const { id, object, status, question, file_ids, depth, priority, batch_id, custom_id, schedule_id, metadata } =
    record;
  const { progress, attempt, created_at, started_at, finished_at, expires_at, usage, report, error } = record;
  const self = researchPath(id);
  const links = {
    self,
    events: `${self}/events`,
    report: `${self}/report`,
    evidence: `${self}/evidence`,
    cancel: `${self}/cancel`,
  };
  return {
    ...{ id, object, status, question, file_ids, depth, priority, batch_id, custom_id, schedule_id, metadata },
    ...{ progress, attempt, created_at, started_at, finished_at, expires_at, usage, report, error, links },
  };
}
