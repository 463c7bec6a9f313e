import type { Batch } from "@pharmadb/contracts";
import type { BatchRecord } from "@pharmadb/store";

export function batchPath(id: string): string {
  return `/api/v1/batches/${id}`;
}

/** A batch as the client sees it, its fields in the order of the contract. */
export function toBatch(record: BatchRecord): Batch {
  const { id, status, counts, strict, input_file_id, metadata, error } = record;
  const { created_at, cancel_requested_at, finished_at, expires_at } = record;
  const self = batchPath(id);
  const links = {
    self,
    results: `${self}/results`,
    errors: `${self}/errors`,
    events: `${self}/events`,
    cancel: `${self}/cancel`,
  };
  return {
    ...{ id, object: "batch", status, counts, strict, input_file_id, metadata, error },
    ...{ created_at, cancel_requested_at, finished_at, expires_at, links },
  };
}
