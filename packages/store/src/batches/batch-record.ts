import { BATCH_STATUSES, type BatchCounts, type BatchStatus, type ResearchError } from "@pharmadb/contracts";
import { z } from "zod";

const Time = z.date().transform((time) => time.toISOString());

/** A batch as it is stored, with its counts as they are at this moment. */
const BatchRow = z.object({
  id: z.string(),
  tenant_id: z.string(),
  status: z.enum(BATCH_STATUSES),
  strict: z.boolean(),
  input_file_id: z.string().nullable(),
  webhook: z.custom<{ url: string } | null>(),
  metadata: z.record(z.string(), z.string()),
  total: z.number(),
  queued: z.number(),
  running: z.number(),
  completed: z.number(),
  failed: z.number(),
  cancelled: z.number(),
  invalid: z.number(),
  error: z.custom<ResearchError | null>(),
  version: z.number(),
  created_at: Time,
  cancel_requested_at: Time.nullable(),
  finished_at: Time.nullable(),
  expires_at: Time.nullable(),
});

export type BatchRecord = {
  id: string;
  tenant_id: string;
  status: BatchStatus;
  counts: BatchCounts;
  strict: boolean;
  input_file_id: string | null;
  webhook: { url: string } | null;
  metadata: Record<string, string>;
  error: ResearchError | null;
  /** Grows by one with each change of a job, and with each change of the batch itself. */
  version: number;
  created_at: string;
  cancel_requested_at: string | null;
  finished_at: string | null;
  expires_at: string | null;
};

/** How much the moves that have not been folded in change the count of a state. */
const moved = (status: string) =>
  `count(*) filter (where entered_status = '${status}') - count(*) filter (where left_status = '${status}')`;

/** The moves of a batch, summed up: the columns of `counts` and how many there are. */
export const MOVES_SUMMED = `
  (${moved("queued")})::integer as queued, (${moved("running")})::integer as running,
  (${moved("completed")})::integer as completed, (${moved("failed")})::integer as failed,
  (${moved("cancelled")})::integer as cancelled, count(*)::integer as moves`;

/** The batches that anybody sees, with their counts in the same snapshot; conditions are to follow. */
export const SELECT_BATCH = `
  select
    batch.id, batch.tenant_id, status, strict, input_file_id, webhook, metadata, total, invalid, error, created_at,
    cancel_requested_at, finished_at, expires_at,
    batch.queued + moved.queued as queued, batch.running + moved.running as running,
    batch.completed + moved.completed as completed, batch.failed + moved.failed as failed,
    batch.cancelled + moved.cancelled as cancelled, version + moves as version
  from batches batch
  cross join lateral (select ${MOVES_SUMMED} from batch_moves where batch_id = batch.id) moved
  where status <> 'receiving'`;

/** The record in a row of `SELECT_BATCH`, or of `batches` where nothing has moved. */
export function toBatchRecord(row: unknown): BatchRecord {
  const { total, queued, running, completed, failed, cancelled, invalid, ...columns } = BatchRow.parse(row);
  return { ...columns, counts: { total, queued, running, completed, failed, cancelled, invalid } };
}
