export { apiKeyPrefix, apiKeySha256, isApiKey, newApiKey, SCOPES, type Scope } from "./api-key.ts";
export {
  AppError,
  type AppErrorOptions,
  ERROR_CODES,
  type ErrorCode,
  type FieldError,
  toAppError,
} from "./app-error.ts";
export { ACTOR_KINDS, AUDIT_ACTIONS, type AuditAction, AuditEntry, AuditSeal } from "./audit.ts";
export {
  BATCH_STATUSES,
  Batch,
  BatchBody,
  BatchCounts,
  BatchError,
  BatchOptions,
  BatchPatch,
  BatchRequest,
  BatchResult,
  type BatchStatus,
  FileBatchBody,
  isEndedBatch,
  MAX_BATCH_BYTES,
  MAX_BATCH_LINE_BYTES,
  MAX_BATCH_REQUESTS,
} from "./batch.ts";
export { CANCELS } from "./cancels-hint.ts";
export { canonicalJson, sha256OfJson } from "./canonical-json.ts";
export { readClientSchema } from "./client-schema.ts";
export { EVENT_TYPES, type EventType, isTerminalEvent, ResearchEvent } from "./event.ts";
export { Evidence, EvidenceSource, NewEvidence, PassageContent, TableContent } from "./evidence.ts";
export {
  COLUMN_TYPES,
  ColumnProfile,
  DocumentProfile,
  FILE_KINDS,
  FileObject,
  TableFileProfile,
  TableProfile,
} from "./file.ts";
export { type GroupLimits, groupCalls } from "./group-calls.ts";
export { firstId, ID_PREFIXES, type IdPrefix, idPattern, newId } from "./ids.ts";
export { isNestedTooDeep, JsonObject, JsonValue, MAX_JSON_DEPTH, storableText } from "./json.ts";
export { listOf } from "./list-of.ts";
export { mapWithLimit } from "./map-with-limit.ts";
export { oncePerObject } from "./once-per-object.ts";
export { fieldErrors, parse, parseOwn, readFields } from "./parse.ts";
export { Problem } from "./problem.ts";
export { type RedisHost, type RedisTarget, RedisUrl } from "./redis-url.ts";
export { Finding, Report, ReportChart, ReportTable, Searched, VERDICTS, type Verdict } from "./report.ts";
export {
  isTerminal,
  NO_USAGE,
  PHASES,
  type Phase,
  Progress,
  RESEARCH_STATUSES,
  Research,
  ResearchError,
  type ResearchStatus,
  Usage,
} from "./research.ts";
export {
  DEPTHS,
  type Depth,
  Metadata,
  PRIORITIES,
  ResearchMetadata,
  ResearchPatch,
  ResearchRequest,
  SOURCES,
  type Source,
} from "./research-request.ts";
export { compareReports } from "./schedules/compare-findings.ts";
export { lastTick, nextTick, type Recurrence } from "./schedules/cron.ts";
export { ReportChanges } from "./schedules/report-changes.ts";
export {
  NewSchedule,
  NOTIFY,
  Schedule,
  SchedulePatch,
  ScheduleRun,
  SKIP_REASONS,
  type SkipReason,
} from "./schedules/schedule.ts";
export { TenantId } from "./tenant-id.ts";
export { unofferedFields } from "./unoffered-fields.ts";
export {
  NewWebhookEndpoint,
  WEBHOOK_DELIVERY_STATUSES,
  WEBHOOK_EVENTS,
  WEBHOOK_TEST,
  WebhookAttempt,
  WebhookDelivery,
  WebhookEndpoint,
  WebhookEndpointEvent,
  WebhookEndpointPatch,
  WebhookEndpointWithLog,
  WebhookEndpointWithSecret,
  type WebhookEvent,
  WebhookSecret,
  WebhookUrl,
} from "./webhook.ts";
export { within } from "./within.ts";
