import type { Research } from "@pharmadb/contracts";
import type { ResearchRecord } from "@pharmadb/store";

/** The address of a job. Without host: what a client sent as `Host` is no place to send others to. */
export function researchPath(id: string): string {
  return `/api/v1/research/${id}`;
}

/** A job as the client sees it. */
export function toResearch(record: ResearchRecord): Research {
  const { tenant_id, request, timeout_seconds, version, event_seq, cancel_requested_at, ...research } = record;
  const self = researchPath(record.id);
  return {
    ...research,
    links: {
      self,
      events: `${self}/events`,
      report: `${self}/report`,
      evidence: `${self}/evidence`,
      cancel: `${self}/cancel`,
    },
  };
}
