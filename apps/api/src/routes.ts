import type { Route } from "./http/route.ts";
import { listAuditRoute } from "./routes/audit/list-audit.ts";
import { cancelBatch } from "./routes/batches/cancel-batch.ts";
import { getBatchRoute } from "./routes/batches/get-batch.ts";
import { getBatchErrors, getBatchResults } from "./routes/batches/get-batch-lines.ts";
import { listBatchesRoute } from "./routes/batches/list-batches.ts";
import { streamBatch } from "./routes/batches/stream-batch.ts";
import { submitBatchRoute } from "./routes/batches/submit-batch.ts";
import { updateBatch } from "./routes/batches/update-batch.ts";
import { deleteFileRoute } from "./routes/files/delete-file.ts";
import { getFileRoute } from "./routes/files/get-file.ts";
import { getFileContent } from "./routes/files/get-file-content.ts";
import { listFilesRoute } from "./routes/files/list-files.ts";
import { uploadFile } from "./routes/files/upload-file.ts";
import { docsAssets, docsPage } from "./routes/operations/docs.ts";
import { health } from "./routes/operations/health.ts";
import { landing } from "./routes/operations/landing.ts";
import { metrics } from "./routes/operations/metrics.ts";
import { openApi } from "./routes/operations/open-api.ts";
import { readiness } from "./routes/operations/readiness.ts";
import { cancelResearch } from "./routes/research/cancel-research.ts";
import { deleteResearchRoute } from "./routes/research/delete-research.ts";
import { getEvidenceRoute } from "./routes/research/get-evidence.ts";
import { getReport } from "./routes/research/get-report.ts";
import { getResearchRoute } from "./routes/research/get-research.ts";
import { listEvidenceRoute } from "./routes/research/list-evidence.ts";
import { listResearchRoute } from "./routes/research/list-research.ts";
import { recomputeResearch } from "./routes/research/recompute-research.ts";
import { retryResearchRoute } from "./routes/research/retry-research.ts";
import { streamEvents } from "./routes/research/stream-events.ts";
import { submitResearch } from "./routes/research/submit-research.ts";
import { updateResearch } from "./routes/research/update-research.ts";
import { createScheduleRoute } from "./routes/schedules/create-schedule.ts";
import { deleteScheduleRoute } from "./routes/schedules/delete-schedule.ts";
import { getScheduleRoute } from "./routes/schedules/get-schedule.ts";
import { listScheduleRunsRoute } from "./routes/schedules/list-schedule-runs.ts";
import { listSchedulesRoute } from "./routes/schedules/list-schedules.ts";
import { submitScheduled } from "./routes/schedules/submit-scheduled.ts";
import { updateScheduleRoute } from "./routes/schedules/update-schedule.ts";
import { createWebhook } from "./routes/webhooks/create-webhook.ts";
import { deleteWebhook } from "./routes/webhooks/delete-webhook.ts";
import { getDeliveryRoute } from "./routes/webhooks/get-delivery.ts";
import { getWebhook } from "./routes/webhooks/get-webhook.ts";
import { getWebhookSecret } from "./routes/webhooks/get-webhook-secret.ts";
import { listAllDeliveries, listEndpointDeliveries } from "./routes/webhooks/list-deliveries.ts";
import { listWebhooks } from "./routes/webhooks/list-webhooks.ts";
import { redeliverRoute } from "./routes/webhooks/redeliver.ts";
import { rotateWebhookSecret } from "./routes/webhooks/rotate-webhook-secret.ts";
import { testWebhook } from "./routes/webhooks/test-webhook.ts";
import { updateWebhook } from "./routes/webhooks/update-webhook.ts";

/** Everything that the API answers, in the order of its documentation. */
export const ROUTES: readonly Route[] = [
  submitResearch,
  listResearchRoute,
  getResearchRoute,
  updateResearch,
  deleteResearchRoute,
  streamEvents,
  getReport,
  listEvidenceRoute,
  getEvidenceRoute,
  cancelResearch,
  retryResearchRoute,
  recomputeResearch,
  submitBatchRoute,
  listBatchesRoute,
  getBatchRoute,
  updateBatch,
  getBatchResults,
  getBatchErrors,
  streamBatch,
  cancelBatch,
  createScheduleRoute,
  listSchedulesRoute,
  getScheduleRoute,
  updateScheduleRoute,
  deleteScheduleRoute,
  listScheduleRunsRoute,
  submitScheduled,
  uploadFile,
  listFilesRoute,
  getFileRoute,
  deleteFileRoute,
  getFileContent,
  listAuditRoute,
  createWebhook,
  listWebhooks,
  // Before the routes of one endpoint, whose path they fit as well.
  getWebhookSecret,
  listAllDeliveries,
  getDeliveryRoute,
  redeliverRoute,
  getWebhook,
  updateWebhook,
  deleteWebhook,
  rotateWebhookSecret,
  testWebhook,
  listEndpointDeliveries,
  health,
  readiness,
  metrics,
  openApi,
  docsPage,
  docsAssets,
  landing,
];
