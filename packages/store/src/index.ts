export type { ApiKey } from "./api-keys/api-key-row.ts";
export { createApiKey, type NewApiKey } from "./api-keys/create-api-key.ts";
export { hasApiKeys } from "./api-keys/has-api-keys.ts";
export { listApiKeys } from "./api-keys/list-api-keys.ts";
export { revokeApiKey } from "./api-keys/revoke-api-key.ts";
export { useApiKeys } from "./api-keys/use-api-keys.ts";
export { type AuditFilter, listAudit } from "./audit/list-audit.ts";
export type { Actor, NewAuditEntry } from "./audit/new-audit-entry.ts";
export { type AuditSealer, auditHead, openAuditSealer } from "./audit/seal-audit.ts";
export { type AuditFault, type KeptHead, verifyAudit } from "./audit/verify-audit.ts";
export { withAudit } from "./audit/with-audit.ts";
export { type AuditWriter, openAuditWriter, writeAudit } from "./audit/write-audit.ts";
export {
  acceptBatch,
  acceptReceivedBatch,
  type BatchTerms,
  type CreatedBatch,
  createFileBatch,
  failBatch,
} from "./batches/accept-batch.ts";
export { type BatchKey, findBatchByKey, type KeyedBatch } from "./batches/batch-key.ts";
export type { BatchLine, InvalidLine } from "./batches/batch-line.ts";
export type { BatchRecord } from "./batches/batch-record.ts";
export { type CancelledBatch, requestBatchCancel } from "./batches/cancel-batch.ts";
export { changeBatchMetadata } from "./batches/change-batch-metadata.ts";
export { claimFileBatch, type FileBatch, releaseBatch } from "./batches/claim-file-batch.ts";
export { getBatch, listBatches } from "./batches/get-batch.ts";
export { holdBatchFiles } from "./batches/hold-batch-files.ts";
export { type BatchLineState, listBatchLines } from "./batches/list-batch-lines.ts";
export {
  dropAbandonedBatches,
  dropReceivedBatch,
  keepBatch,
  type OwnedBatch,
  openReceivedBatch,
} from "./batches/receive-batch.ts";
export { type StagedBatch, stageBatchLines } from "./batches/stage-batch-lines.ts";
export { listMovedBatches, listTendedBatches, type TendedBatch, tendBatch } from "./batches/tend-batch.ts";
export type { Database, Notification, PoolClientSurface, PoolSurface, QueryResult } from "./database.ts";
export { mayPass, RecordUnreachable } from "./database-error.ts";
export { countBacklog } from "./dispatch/count-backlog.ts";
export { type Dispatcher, openDispatcher } from "./dispatch/open-dispatcher.ts";
export type { Lane } from "./dispatch/read-round.ts";
export {
  type Dispatch,
  listLongQueued,
  releaseAbandoned,
  releaseAll,
  releaseOfDead,
  releaseQueued,
} from "./dispatch/release-jobs.ts";
export type { DispatchedJob } from "./dispatch/take-jobs.ts";
export { listTenantShares, setTenantWeight, type TenantShare } from "./dispatch/tenant-weights.ts";
export { endLease, forgetDeadWorkers, renewLease, type WorkerProcess } from "./dispatch/worker-lease.ts";
export { appendEvents, type StepEvent } from "./events/append-event.ts";
export { listEvents } from "./events/list-events.ts";
export { getEvidence } from "./evidence/get-evidence.ts";
export { listEvidence } from "./evidence/list-evidence.ts";
export { createFile } from "./files/create-file.ts";
export { type DeletedFile, deleteFile } from "./files/delete-file.ts";
export { announceBytes, disownBytes, dropBytes, listLeavingBytes } from "./files/file-bytes.ts";
export type { StoredFile } from "./files/file-row.ts";
export { type FileStorage, fileStorageKey } from "./files/file-storage.ts";
export { getFile, getFiles } from "./files/get-file.ts";
export { listFiles } from "./files/list-files.ts";
export { openDiskFiles } from "./files/open-disk-files.ts";
export { loadJournal } from "./journal/load-journal.ts";
export { type JournalWriter, openJournalWriter } from "./journal/open-journal-writer.ts";
export { type NewStep, type SavedStep, saveStep } from "./journal/save-step.ts";
export { lockFolder } from "./lock-folder.ts";
export { applyMigrations } from "./migrations/apply-migrations.ts";
export type { Page } from "./page.ts";
export { openPglite } from "./pglite/open-pglite.ts";
export { openPostgres } from "./postgres/open-postgres.ts";
export { cancelRequested } from "./research/cancel-requested.ts";
export { changeMetadata } from "./research/change-metadata.ts";
export { type Claim, claimResearch } from "./research/claim-research.ts";
export { countWaiting } from "./research/count-waiting.ts";
export {
  type CreatedResearch,
  createResearch,
  createResearchMany,
  type NewResearch,
} from "./research/create-research.ts";
export { deleteResearch } from "./research/delete-research.ts";
export { finishResearch, type ResearchOutcome } from "./research/finish-research.ts";
export { getResearch } from "./research/get-research.ts";
export { hasIdempotencyKey } from "./research/has-idempotency-key.ts";
export { listResearch, type ResearchFilter } from "./research/list-research.ts";
export type { MetadataChange } from "./research/metadata.ts";
export { openResearchIntake, type ResearchIntake } from "./research/open-research-intake.ts";
export { requestCancel } from "./research/request-cancel.ts";
export { type EndNote, requeueResearch } from "./research/requeue-research.ts";
export type { ResearchRecord } from "./research/research-record.ts";
export { retryResearch } from "./research/retry-research.ts";
export {
  expireBatch,
  expireBatchJobs,
  expireBatchLines,
  listExpiredBatches,
} from "./retention/expire-batches.ts";
export { type DeliveryStep, expireDeliveries } from "./retention/expire-deliveries.ts";
export { expireFile, listOldFiles } from "./retention/expire-files.ts";
export { type ExpiryCursor, expireResearch } from "./retention/expire-research.ts";
export { forgetIdempotencyKeys } from "./retention/forget-keys.ts";
export { daysBefore, expiryAfter, logsKeptSince } from "./retention/retention-time.ts";
export { deleteSchedule, updateSchedule } from "./schedules/change-schedule.ts";
export { createSchedule } from "./schedules/create-schedule.ts";
export { forgetSkippedRuns, listDueSchedules, listRecurrences } from "./schedules/due-schedules.ts";
export { getSchedule, listScheduleRuns, listSchedules } from "./schedules/get-schedule.ts";
export { getReportBefore } from "./schedules/report-before.ts";
export { runSchedule, runScheduleNow, type StartedRun } from "./schedules/run-schedule.ts";
export type { Row, Sql } from "./sql.ts";
export { openSupabaseFiles } from "./supabase/open-supabase-files.ts";
export {
  deleteEndpoint,
  rotateSecret,
  updateEndpoint,
} from "./webhooks/change-endpoint.ts";
export { type ClaimedDelivery, claimDelivery } from "./webhooks/claim-delivery.ts";
export { createEndpoint } from "./webhooks/create-endpoint.ts";
export { type DueDelivery, dueDeliveriesOf, listDueDeliveries, receiverOf } from "./webhooks/due-deliveries.ts";
export { getEndpoint, listEndpointEvents, listEndpoints } from "./webhooks/get-endpoint.ts";
export { getDelivery, listDeliveries } from "./webhooks/list-deliveries.ts";
export { type AttemptOutcome, recordAttempt } from "./webhooks/record-attempt.ts";
export { createTestDelivery, redeliver } from "./webhooks/send-again.ts";
export { tenantWebhookSecret } from "./webhooks/webhook-secret.ts";
