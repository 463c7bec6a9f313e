import { BATCHES, complete, requestsAbout, submitBatch, tend, toLines } from "./batches.ts";
import type { Call } from "./call.ts";
import { runTwice } from "./schedules.ts";
import type { TestApi, TestParts } from "./start-test-api.ts";
import { submit } from "./submit.ts";
import { CSV, formWith, uploadCsv } from "./upload.ts";
import { claim, queryEvidence, REPORT } from "./worker-side.ts";

/** The API as one tenant sees it, and what is behind it. */
export type Tenant = { api: TestApi; parts: TestParts };

/** Makes what a request is about, as its own tenant; gives its id. */
type Given = (tenant: Tenant) => Promise<string>;
type Init = Parameters<Call>[2];

/** How a route is asked about something that exists, and what must come of it. */
export type RouteCase = {
  given: Given;
  path: (id: string) => string;
  init?: ((id: string) => Init) | undefined;
  /** The status for the tenant whose it is. */
  own: number;
  /** The status for another tenant. */
  other: number;
  /** A list: it holds the ids of its own tenant and none of another's. */
  isList: boolean;
};

/** A route on one object: for another tenant there is no such object. */
function on(given: Given, path: (id: string) => string, own: number): RouteCase {
  return { given, path, own, other: 404, isList: false };
}

/** A route that lists what is given. */
function listing(given: Given, path: string): RouteCase {
  return { given, path: () => path, own: 200, other: 200, isList: true };
}

/** A route whose body names what is given: another tenant cannot name it. */
function naming(given: Given, path: string, own: number, body: (id: string) => unknown): RouteCase {
  return { given, path: () => path, own, other: 422, isList: false, init: (id) => ({ json: body(id) }) };
}

/** A route that is about nothing that exists. */
function anew(path: string, status: number, init?: () => Init): RouteCase {
  return { given: async () => "", path: () => path, init, own: status, other: status, isList: false };
}

const QUERY = "select count(*) as n from ae";
const RESULT = { columns: [{ name: "n", type: "BIGINT" }], rows: [[3]] };

const file: Given = ({ api }) => uploadCsv(api);
const linesFile: Given = ({ api }) => uploadCsv(api, toLines([{ question: "How many?" }]), "requests.ndjson");
const queued: Given = async ({ api }) => (await submit(api)).id;

const failed: Given = async (tenant) => {
  const id = await queued(tenant);
  const error = { code: "internal", message: "Test.", retryable: true };
  await (await claim(tenant.parts, id)).finish({ status: "failed", error });
  return id;
};

const completed: Given = async ({ api, parts }) => {
  const { id, file_ids } = await submit(api);
  const worker = await claim(parts, id);
  const [fileId = ""] = file_ids;
  const { body } = await api.call("GET", `/api/v1/files/${fileId}`);
  await worker.saveEvidence([queryEvidence(QUERY, RESULT, [body as { id: string; sha256: string; name: string }])]);
  await worker.finish({ status: "completed", report: REPORT });
  return id;
};

const endpoint: Given = async ({ api }) => {
  const answer = await api.call("POST", WEBHOOKS, { json: { url: "https://hooks.example.com/in" } });
  return (answer.body as { id: string }).id;
};

const delivery: Given = async (tenant) => {
  const answer = await tenant.api.call("POST", `${WEBHOOKS}/${await endpoint(tenant)}/test`);
  return (answer.body as { id: string }).id;
};

const batch: Given = async ({ api, parts }) => {
  const { id } = await submitBatch(api, toLines(requestsAbout(await uploadCsv(api), 2)));
  await tend(parts, id);
  return id;
};

const endedBatch: Given = async ({ api, parts }) => {
  const { id } = await submitBatch(api, toLines(requestsAbout(await uploadCsv(api), 1)));
  for (const job of await tend(parts, id)) await complete(parts, job);
  await tend(parts, id);
  return id;
};

const schedule: Given = async (tenant) => {
  const answer = await tenant.api.call("POST", SCHEDULES, { json: nightly(await file(tenant)) });
  return (answer.body as { id: string }).id;
};

const comparedSchedule: Given = async (tenant) => {
  const id = await schedule(tenant);
  await runTwice(tenant.parts, id);
  return id;
};

const RESEARCH = "/api/v1/research";
const SCHEDULES = "/api/v1/schedules";
const nightly = (id: string) => ({ cron: "0 2 * * *", research: { question: "How many subjects?", file_ids: [id] } });
const WEBHOOKS = "/api/v1/webhooks";
const FILES = "/api/v1/files";

/**
 * Each route by its operationId. The matrix of tenants and keys asks all of them as everyone in turn; a route without
 * an entry here fails it.
 */
export const ROUTE_CASES: Readonly<Record<string, RouteCase>> = {
  submitResearch: naming(file, RESEARCH, 202, (id) => ({ question: "How many subjects?", file_ids: [id] })),
  listResearch: listing(queued, RESEARCH),
  getResearch: on(completed, (id) => `${RESEARCH}/${id}`, 200),
  updateResearch: {
    ...on(completed, (id) => `${RESEARCH}/${id}`, 200),
    init: () => ({ json: { metadata: { study: "B" } } }),
  },
  deleteResearch: on(completed, (id) => `${RESEARCH}/${id}`, 204),
  streamEvents: on(completed, (id) => `${RESEARCH}/${id}/events`, 200),
  getReport: on(completed, (id) => `${RESEARCH}/${id}/report`, 200),
  listEvidence: on(completed, (id) => `${RESEARCH}/${id}/evidence`, 200),
  getEvidence: on(completed, (id) => `${RESEARCH}/${id}/evidence/1`, 200),
  cancelResearch: on(queued, (id) => `${RESEARCH}/${id}/cancel`, 202),
  retryResearch: on(failed, (id) => `${RESEARCH}/${id}/retry`, 202),
  recomputeResearch: on(completed, (id) => `${RESEARCH}/${id}/recompute`, 200),
  uploadFile: anew(FILES, 201, () => ({ body: formWith(CSV) })),
  listFiles: listing(file, FILES),
  getFile: on(file, (id) => `${FILES}/${id}`, 200),
  deleteFile: on(file, (id) => `${FILES}/${id}`, 204),
  getFileContent: on(file, (id) => `${FILES}/${id}/content`, 200),
  submitBatch: naming(linesFile, BATCHES, 202, (id) => ({ input_file_id: id })),
  listBatches: listing(batch, BATCHES),
  getBatch: on(batch, (id) => `${BATCHES}/${id}`, 200),
  updateBatch: {
    ...on(batch, (id) => `${BATCHES}/${id}`, 200),
    init: () => ({ json: { metadata: { study: "B" } } }),
  },
  getBatchResults: on(batch, (id) => `${BATCHES}/${id}/results`, 200),
  getBatchErrors: on(batch, (id) => `${BATCHES}/${id}/errors`, 200),
  streamBatch: on(endedBatch, (id) => `${BATCHES}/${id}/events`, 200),
  cancelBatch: on(batch, (id) => `${BATCHES}/${id}/cancel`, 202),
  createSchedule: naming(file, SCHEDULES, 201, nightly),
  listSchedules: listing(schedule, SCHEDULES),
  getSchedule: on(schedule, (id) => `${SCHEDULES}/${id}`, 200),
  updateSchedule: { ...on(schedule, (id) => `${SCHEDULES}/${id}`, 200), init: () => ({ json: { paused: true } }) },
  deleteSchedule: on(schedule, (id) => `${SCHEDULES}/${id}`, 204),
  listScheduleRuns: on(comparedSchedule, (id) => `${SCHEDULES}/${id}/runs`, 200),
  submitScheduled: on(schedule, (id) => `${SCHEDULES}/${id}/runs`, 202),
  listAudit: listing(queued, "/api/v1/audit"),
  createWebhook: anew(WEBHOOKS, 201, () => ({ json: { url: "https://hooks.example.com/in" } })),
  listWebhooks: listing(endpoint, WEBHOOKS),
  getWebhookSecret: anew(`${WEBHOOKS}/secret`, 200),
  listDeliveries: listing(delivery, `${WEBHOOKS}/deliveries`),
  getDelivery: on(delivery, (id) => `${WEBHOOKS}/deliveries/${id}`, 200),
  redeliver: on(delivery, (id) => `${WEBHOOKS}/deliveries/${id}/redeliver`, 202),
  getWebhook: on(endpoint, (id) => `${WEBHOOKS}/${id}`, 200),
  updateWebhook: {
    ...on(endpoint, (id) => `${WEBHOOKS}/${id}`, 200),
    init: () => ({ json: { description: "Changed." } }),
  },
  deleteWebhook: on(endpoint, (id) => `${WEBHOOKS}/${id}`, 204),
  rotateWebhookSecret: on(endpoint, (id) => `${WEBHOOKS}/${id}/rotate-secret`, 200),
  testWebhook: on(endpoint, (id) => `${WEBHOOKS}/${id}/test`, 202),
  listEndpointDeliveries: on(endpoint, (id) => `${WEBHOOKS}/${id}/deliveries`, 200),
  health: anew("/healthz", 200),
  readiness: anew("/readyz", 200),
  metrics: anew("/metrics", 200),
  openApi: anew("/openapi.json", 200),
  docs: anew("/docs", 200),
  docsAsset: anew("/docs/start.js", 200),
  landing: anew("/", 200),
};
