import type {
  AuditEntry,
  Batch,
  BatchBody,
  Evidence,
  FileBatchBody,
  FileObject,
  NewWebhookEndpoint,
  Research,
  ResearchEvent,
  ResearchRequest,
  WebhookDelivery,
  WebhookEndpoint,
} from "@pharmadb/contracts";
import type { z } from "zod";

const FILE_ID = "file_01karyqz8g0v3h2m5x7c9e1t4w";
const RESEARCH_ID = "res_01karyr5d2s6j8n0q4b6f8k2mz";
const PATH = `/api/v1/research/${RESEARCH_ID}`;

export const REQUEST_EXAMPLE: z.input<typeof ResearchRequest> = {
  question: "How many subjects had a serious adverse event, by treatment arm?",
  file_ids: [FILE_ID],
  depth: "quick",
  metadata: { study: "DEMO-01" },
};

export const RESEARCH_EXAMPLE: Research = {
  id: RESEARCH_ID,
  object: "research",
  status: "running",
  question: REQUEST_EXAMPLE.question,
  file_ids: [FILE_ID],
  depth: "quick",
  priority: "interactive",
  batch_id: null,
  custom_id: null,
  schedule_id: null,
  metadata: { study: "DEMO-01" },
  progress: { phase: "research", percent: 40, message: "Counting subjects by arm" },
  attempt: 1,
  created_at: "2026-11-24T02:10:00.000Z",
  started_at: "2026-11-24T02:10:00.012Z",
  finished_at: null,
  expires_at: null,
  usage: { model_calls: 2, tool_calls: 3, input_tokens: 0, output_tokens: 0, cost_usd: 0 },
  report: null,
  error: null,
  links: {
    self: PATH,
    events: `${PATH}/events`,
    report: `${PATH}/report`,
    evidence: `${PATH}/evidence`,
    cancel: `${PATH}/cancel`,
  },
};

export const EVENT_EXAMPLE: ResearchEvent = {
  id: "evt_01karyr5dmb2d4f6h8k0m2p4rt",
  object: "event",
  research_id: RESEARCH_ID,
  seq: 3,
  type: "plan.created",
  at: "2026-11-24T02:10:00.200Z",
  data: { steps: [{ title: "Serious events by arm" }] },
};

export const EVIDENCE_EXAMPLE: Evidence = {
  object: "evidence",
  n: 1,
  research_id: RESEARCH_ID,
  tool: "tables_query",
  arguments: { sql: "select ARM, count(distinct USUBJID) as n from ae group by ARM", purpose: "Subjects by arm" },
  query: "select ARM, count(distinct USUBJID) as n from ae group by ARM",
  content: {
    columns: [
      { name: "ARM", type: "VARCHAR" },
      { name: "n", type: "BIGINT" },
    ],
    rows: [["Placebo", 4]],
    row_count: 1,
    truncated: false,
  },
  sources: [
    {
      kind: "file",
      file_id: FILE_ID,
      file_sha256: "9f".repeat(32),
      name: "ae.csv",
      page: null,
      section: null,
      url: null,
    },
  ],
  sha256: "5b".repeat(32),
  created_at: "2026-11-24T02:10:00.300Z",
};

export const FILE_EXAMPLE: FileObject = {
  id: FILE_ID,
  object: "file",
  name: "ae.csv",
  bytes: 18_204,
  sha256: "9f".repeat(32),
  media_type: "text/csv",
  kind: "table",
  created_at: "2026-11-24T02:09:55.000Z",
  profile: {
    name: null,
    label: null,
    row_count: 212,
    columns: [
      {
        name: "AESER",
        label: null,
        type: "text",
        sql_type: "VARCHAR",
        null_share: 0,
        distinct_count: 2,
        min: "N",
        max: "Y",
        common: [
          { value: "N", count: 203 },
          { value: "Y", count: 9 },
        ],
      },
    ],
    more_tables: [],
  },
};

const BATCH_ID = "bat_01karz0t4v6x8z1b3d5f7h9k2m";

export const BATCH_BODY_EXAMPLE: z.input<typeof BatchBody> = {
  requests: [
    { custom_id: "serious", question: "How many subjects had a serious adverse event?", file_ids: [FILE_ID] },
    { custom_id: "severe", question: "How many subjects had a severe adverse event?", file_ids: [FILE_ID] },
  ],
  metadata: { study: "DEMO-01" },
};

export const FILE_BATCH_EXAMPLE: z.input<typeof FileBatchBody> = {
  input_file_id: "file_01karz0r2t4v6x8z1b3d5f7h9k",
  metadata: { study: "DEMO-01" },
};

export const BATCH_LINES_EXAMPLE = BATCH_BODY_EXAMPLE.requests.map((each) => `${JSON.stringify(each)}\n`).join("");

export const BATCH_EXAMPLE: Batch = {
  id: BATCH_ID,
  object: "batch",
  status: "running",
  counts: { total: 2, queued: 0, running: 1, completed: 1, failed: 0, cancelled: 0, invalid: 0 },
  strict: false,
  input_file_id: null,
  metadata: { study: "DEMO-01" },
  error: null,
  created_at: "2026-11-24T02:12:00.000Z",
  cancel_requested_at: null,
  finished_at: null,
  expires_at: null,
  links: {
    self: `/api/v1/batches/${BATCH_ID}`,
    results: `/api/v1/batches/${BATCH_ID}/results`,
    errors: `/api/v1/batches/${BATCH_ID}/errors`,
    events: `/api/v1/batches/${BATCH_ID}/events`,
    cancel: `/api/v1/batches/${BATCH_ID}/cancel`,
  },
};

export const AUDIT_EXAMPLE: AuditEntry = {
  id: "aud_01karyv7m4n6p8r0t2v4x6z8b1",
  object: "audit_entry",
  tenant_id: "acme",
  at: "2026-11-24T02:12:00.250Z",
  actor: { kind: "api_key", id: "key_01karyq0a2c4e6g8j0m2p4r6t8" },
  action: "research.report_read",
  target: { type: "research", id: RESEARCH_ID },
  request_id: "req_01karyv7k2m4n6p8r0t2v4x6z8",
  client_address: "192.0.2.7",
  details: { type: "text/html" },
  seal: {
    seq: 4711,
    sealed_at: "2026-11-24T02:12:01.100Z",
    prev_hash: "3c".repeat(32),
    hash: "7e".repeat(32),
  },
};

const WEBHOOK_ID = "whe_01karyv3k7n2p5r8t0w4y6b9d1";
const WEBHOOK_URL = "https://example.com/hooks/pharmadb";

export const WEBHOOK_SECRET_EXAMPLE = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDC2FVsBQIhrs=";

export const NEW_WEBHOOK_EXAMPLE: z.input<typeof NewWebhookEndpoint> = {
  url: WEBHOOK_URL,
  events: ["research.completed", "research.failed"],
  description: "The study portal",
};

export const WEBHOOK_EXAMPLE: WebhookEndpoint = {
  id: WEBHOOK_ID,
  object: "webhook_endpoint",
  url: WEBHOOK_URL,
  events: ["research.completed", "research.failed"],
  description: "The study portal",
  enabled: true,
  disabled_at: null,
  disabled_reason: null,
  consecutive_failures: 0,
  failing_since: null,
  previous_secret_expires_at: null,
  created_at: "2026-11-24T02:00:00.000Z",
  updated_at: "2026-11-24T02:00:00.000Z",
};

export const WEBHOOK_DELIVERY_EXAMPLE: WebhookDelivery = {
  id: "whd_01karyw6m9p2r4t7v0x3z5c8e2",
  object: "webhook_delivery",
  endpoint_id: WEBHOOK_ID,
  research_id: RESEARCH_ID,
  batch_id: null,
  url: WEBHOOK_URL,
  type: "research.cancelled",
  status: "delivered",
  next_attempt_at: null,
  last_error: null,
  created_at: "2026-11-24T02:10:09.000Z",
  delivered_at: "2026-11-24T02:10:09.140Z",
  attempts: [{ n: 1, at: "2026-11-24T02:10:09.020Z", latency_ms: 110, status: 204, error: null, answer: "" }],
  body: `{"type":"research.cancelled","timestamp":"2026-11-24T02:10:09.000Z","data":{"id":"${RESEARCH_ID}","object":"research","status":"cancelled"}}`,
};
