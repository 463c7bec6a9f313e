import { createHash } from "node:crypto";
import { type AuditAction, AuditEntry, listOf } from "@pharmadb/contracts";
import { openAuditSealer, verifyAudit } from "@pharmadb/store";
import { expect } from "vitest";
import { ROUTES } from "../../routes.ts";
import { test } from "../../testing/api-test.ts";
import { ROUTE_CASES } from "../../testing/route-cases.ts";
import { startTestApi, type TestApi, type TestParts } from "../../testing/start-test-api.ts";
import { submit } from "../../testing/submit.ts";
import { uploadCsv } from "../../testing/upload.ts";
import { withNewKey } from "../../testing/with-key.ts";
import { claim, REPORT } from "../../testing/worker-side.ts";

const ON = { auth: "on" as const };
const RESEARCH = "/api/v1/research";
const AllEntries = listOf(AuditEntry);

/** The trail as its admin sees it, newest first. */
async function trail(admin: Pick<TestApi, "call">, query = ""): Promise<AuditEntry[]> {
  const answer = await admin.call("GET", `/api/v1/audit${query}`);
  expect(answer.status, answer.text).toBe(200);
  return AllEntries.parse(answer.body).data;
}

/** A job that has a report. */
async function completed(api: TestApi, parts: TestParts): Promise<string> {
  const { id } = await submit(api);
  await (await claim(parts, id)).finish({ status: "completed", report: REPORT });
  return id;
}

/** What the trail tells of the use of each route. */
const TOLD: Record<string, AuditAction> = {
  submitResearch: "research.submitted",
  getResearch: "research.read",
  getReport: "research.report_read",
  listEvidence: "research.evidence_read",
  getEvidence: "research.evidence_read",
  recomputeResearch: "research.recomputed",
  updateResearch: "research.metadata_changed",
  cancelResearch: "research.cancelled",
  retryResearch: "research.retried",
  deleteResearch: "research.deleted",
  submitBatch: "batch.submitted",
  updateBatch: "batch.metadata_changed",
  getBatchResults: "batch.results_read",
  getBatchErrors: "batch.results_read",
  cancelBatch: "batch.cancelled",
  uploadFile: "file.uploaded",
  getFileContent: "file.read",
  deleteFile: "file.deleted",
  createSchedule: "schedule.created",
  updateSchedule: "schedule.updated",
  deleteSchedule: "schedule.deleted",
  listScheduleRuns: "schedule.runs_read",
  submitScheduled: "research.submitted",
  createWebhook: "webhook.created",
  updateWebhook: "webhook.updated",
  deleteWebhook: "webhook.deleted",
  rotateWebhookSecret: "webhook.secret_rotated",
  getWebhookSecret: "webhook.secret_read",
  testWebhook: "webhook.tested",
  redeliver: "delivery.sent_again",
};

/** Reading these gives no content, but states, counts and names; what a page of jobs gives has a test of its own. */
const UNTOLD = [
  "listResearch",
  "streamEvents",
  "listBatches",
  "getBatch",
  "streamBatch",
  "listFiles",
  "getFile",
  "listSchedules",
  "getSchedule",
  "listAudit",
  ...["listWebhooks", "getWebhook", "listDeliveries", "getDelivery", "listEndpointDeliveries"],
];

test("there is no route that changes something or gives content of which the trail does not tell", () => {
  const scoped = ROUTES.filter(({ scope }) => scope !== "public").map(({ operationId }) => operationId);
  expect(scoped.sort(), "say in TOLD what it is, or in UNTOLD that it gives nothing away").toEqual(
    [...Object.keys(TOLD), ...UNTOLD].sort(),
  );
});

test.for(Object.entries(TOLD))(
  "the use of %s is told as %s, by whom and on what",
  async ([operationId, action], { parts }) => {
    await using api = await startTestApi(parts, { config: ON });
    const tenantId = `told-${operationId.toLowerCase()}`;
    const user = await withNewKey(api, parts.sql, { tenantId });
    const admin = await withNewKey(api, parts.sql, { tenantId, scopes: ["admin"] });
    const { given, path, init, own } = ROUTE_CASES[operationId] ?? expect.fail("There is no such route.");
    const id = await given({ api: user, parts });
    const method = ROUTES.find((route) => route.operationId === operationId)?.method.toUpperCase() ?? "";
    const answer = await user.call(method, path(id), init?.(id));
    expect(answer.status, answer.text).toBe(own);
    const made = /^(submit|upload|create)/.test(operationId);
    const about = made ? (answer.body as { id: string }).id : id;
    const told = await trail(admin, `?action=${action}`);
    expect(told[0]).toMatchObject({
      tenant_id: tenantId,
      actor: { kind: "api_key", id: user.keyId },
      target: about === "" ? null : { type: action.split(".", 1)[0], id: about },
      request_id: answer.headers.get("x-request-id"),
      client_address: "127.0.0.1",
    });
  },
);

test("what is refused, what changes nothing and what is only asked for is not told", async ({ parts }) => {
  await using api = await startTestApi(parts, { config: ON });
  const user = await withNewKey(api, parts.sql, { tenantId: "untold" });
  const admin = await withNewKey(api, parts.sql, { tenantId: "untold", scopes: ["admin"] });
  const id = await completed(user, parts);
  const self = `${RESEARCH}/${id}`;
  const etag = (await user.call("GET", self)).headers.get("etag") ?? "";
  const told = await trail(admin, `?target=${id}`);
  expect(told.map(({ action }) => action)).toEqual(["research.read", "research.completed", "research.submitted"]);
  expect((await user.call("GET", self, { headers: { "if-none-match": etag } })).status).toBe(304);
  expect((await user.call("HEAD", `${self}/report?format=html`)).status).toBe(200);
  expect((await user.call("POST", `${self}/cancel`)).status).toBe(409);
  expect((await user.call("POST", `${self}/retry`)).status).toBe(409);
  expect((await user.call("DELETE", `${RESEARCH}/res_00000000000000000000000000`)).status).toBe(404);
  expect((await user.call("POST", RESEARCH, { json: { question: "" } })).status).toBe(422);
  expect((await user.call("POST", `${self}/recompute?x=1`)).status).toBe(422);
  expect(await trail(admin, `?target=${id}`)).toEqual(told);
  const unfinished = await submit(user);
  await user.call("GET", unfinished.links.self);
  expect((await trail(admin)).slice(0, 2)).toMatchObject([
    { action: "research.submitted", target: { id: unfinished.id } },
    { action: "file.uploaded" },
  ]);
});

test("a page of jobs tells which of them were read with their reports", async ({ parts }) => {
  await using api = await startTestApi(parts, { config: ON });
  const admin = await withNewKey(api, parts.sql, { tenantId: "lister", scopes: ["admin"] });
  await submit(admin);
  await admin.call("GET", RESEARCH);
  expect(await trail(admin, "?action=research.listed")).toEqual([]);
  const id = await completed(admin, parts);
  await admin.call("GET", RESEARCH);
  expect(await trail(admin, "?action=research.listed")).toMatchObject([
    { target: null, details: { research_ids: [id] } },
  ]);
});

test("a submission that comes again under its key is told once, and its report as read each time", async ({
  parts,
}) => {
  await using api = await startTestApi(parts, { config: ON });
  const admin = await withNewKey(api, parts.sql, { tenantId: "repeater", scopes: ["admin"] });
  const json = { question: "How many?", file_ids: [await uploadCsv(admin)] };
  const send = () => admin.call("POST", RESEARCH, { json, headers: { "idempotency-key": "k" } });
  const { id } = (await send()).body as { id: string };
  await (await claim(parts, id)).finish({ status: "completed", report: REPORT });
  await send();
  await send();
  expect((await trail(admin, `?target=${id}`)).map(({ action }) => action)).toEqual([
    "research.read",
    "research.read",
    "research.completed",
    "research.submitted",
  ]);
});

test("the hash that the trail keeps of a report is that of the report as it is given", async ({ parts }) => {
  await using api = await startTestApi(parts, { config: ON });
  const admin = await withNewKey(api, parts.sql, { tenantId: "hasher", scopes: ["admin"] });
  const id = await completed(admin, parts);
  const { text } = await admin.call("GET", `${RESEARCH}/${id}/report?format=json`);
  expect(await trail(admin, "?action=research.completed")).toMatchObject([
    {
      actor: { kind: "system" },
      target: { id },
      details: { report_sha256: createHash("sha256").update(text).digest("hex") },
    },
  ]);
});

test("a report that cannot be told of is not given", async ({ parts }) => {
  await using api = await startTestApi(parts, { config: ON });
  const user = await withNewKey(api, parts.sql, { tenantId: "broken" });
  const id = await completed(user, parts);
  const json = { question: "How many?", file_ids: [await uploadCsv(user)] };
  const refuse = "create trigger audit_is_full before insert on audit_log execute function refuse_audit_change()";
  await parts.sql.query(refuse);
  try {
    expect((await user.call("GET", `${RESEARCH}/${id}/report?format=json`)).status).toBe(500);
    expect((await user.call("DELETE", `${RESEARCH}/${id}`)).status).toBe(500);
    expect((await user.call("POST", RESEARCH, { json })).status).toBe(500);
  } finally {
    await parts.sql.query("drop trigger audit_is_full on audit_log");
  }
  expect((await user.call("GET", `${RESEARCH}/${id}`)).status).toBe(200);
  expect((await user.call("GET", RESEARCH)).body).toMatchObject({ data: [{ id }] });
});

test("the trail is for admin keys of its tenant, in pages, with places in the chain once it is sealed", async ({
  parts,
}) => {
  await using api = await startTestApi(parts, { config: ON });
  const user = await withNewKey(api, parts.sql, { tenantId: "acme" });
  const admin = await withNewKey(api, parts.sql, { tenantId: "acme", scopes: ["admin"] });
  const other = await withNewKey(api, parts.sql, { tenantId: "other", scopes: ["admin"] });
  const ids = [];
  for (let n = 0; n < 5; n++) ids.unshift((await submit(user)).id);
  expect((await user.call("GET", "/api/v1/audit")).status).toBe(403);
  expect(await trail(other)).toEqual([]);
  await openAuditSealer(parts.sql).seal();
  const submissions = "/api/v1/audit?action=research.submitted";
  const first = AllEntries.parse((await admin.call("GET", `${submissions}&limit=3`)).body);
  const second = AllEntries.parse((await admin.call("GET", `${submissions}&limit=3&after=${first.next_cursor}`)).body);
  expect(second.has_more).toBe(false);
  const all = [...first.data, ...second.data];
  expect(all.map(({ target }) => target?.id)).toEqual(ids);
  expect(all.every(({ seal }) => seal !== null)).toBe(true);
  const faults: unknown[] = [];
  await verifyAudit(parts.sql, { expected: [], onFault: (fault) => faults.push(fault) });
  expect(faults).toEqual([]);
});

test("the trail names the address that the limits and the log go by, and no text that a client made up", async ({
  parts,
}) => {
  await using api = await startTestApi(parts, { config: { ...ON, trustProxy: 1 } });
  const tenantId = "behind-a-proxy";
  const user = await withNewKey(api, parts.sql, { tenantId });
  const admin = await withNewKey(api, parts.sql, { tenantId, scopes: ["admin"] });
  for (const address of ["::ffff:192.0.2.7", "nobody's address"]) {
    await user.call("GET", "/api/v1/webhooks/secret", { headers: { "x-forwarded-for": address } });
  }
  const told = await trail(admin, "?action=webhook.secret_read");
  expect(told.map(({ client_address }) => client_address)).toEqual(["127.0.0.1", "192.0.2.7"]);
});

test("a time of any offset is the same moment", async ({ api }) => {
  for (const offset of ["Z", "%2B14:00", "%2B23:30", "-23:30"]) {
    const answer = await api.call("GET", `/api/v1/audit?since=2026-11-24T02:10:00${offset}`);
    expect(answer.status, offset).toBe(200);
  }
});

test("a filter that cannot be is named", async ({ api }) => {
  for (const [query, path] of [
    ["since=yesterday", "since"],
    ["until=2026-01-01", "until"],
    // Times that a schema takes and a database does not.
    ["since=0000-01-01T00:00:00Z", "since"],
    ["since=0001-01-01T00:00:00%2B14:00", "since"],
    ["until=9999-12-31T23:59:59-12:00", "until"],
    ["action=research.stolen", "action"],
    ["target=", "target"],
    ["after=res_00000000000000000000000000", "after"],
    ["who=me", "who"],
  ]) {
    const answer = await api.call("GET", `/api/v1/audit?${query}`);
    expect(answer, query).toMatchObject({ status: 422, body: { errors: [{ path }] } });
  }
});
