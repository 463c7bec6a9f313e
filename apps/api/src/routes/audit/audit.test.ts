import { AuditEntry } from "@pharmadb/contracts";
import { openAuditSealer, verifyAudit } from "@pharmadb/store";
import { expect } from "vitest";
import { listOf } from "../../http/list-page.ts";
import { ROUTES } from "../../routes.ts";
import { test } from "../../testing/api-test.ts";
import { BATCHES, complete, requestsAbout, submitBatch, tend, toLines } from "../../testing/batches.ts";
import { startTestApi, type TestApi, type TestParts } from "../../testing/start-test-api.ts";
import { submit } from "../../testing/submit.ts";
import { uploadCsv } from "../../testing/upload.ts";
import { withNewKey } from "../../testing/with-key.ts";
import { claim, queryEvidence, REPORT } from "../../testing/worker-side.ts";

const ON = { auth: "on" as const };
const RESEARCH = "/api/v1/research";
const AllEntries = listOf(AuditEntry);

/** The trail as its admin sees it, newest first. */
async function trail(admin: Pick<TestApi, "call">, query = ""): Promise<AuditEntry[]> {
  const answer = await admin.call("GET", `/api/v1/audit${query}`);
  expect(answer.status, answer.text).toBe(200);
  return AllEntries.parse(answer.body).data;
}

const EVIDENCE = queryEvidence("select 1", { columns: [{ name: "n", type: "BIGINT" }], rows: [[1]] }, []);

/** A job that has a report and evidence. */
async function completed(api: TestApi, parts: TestParts): Promise<string> {
  const { id } = await submit(api);
  const worker = await claim(parts, id);
  await worker.saveEvidence([EVIDENCE]);
  await worker.finish({ status: "completed", report: REPORT });
  return id;
}

/** How each route is used so that it does something, and what the trail then tells of it. */
const TOLD: Record<string, { action: string; use(api: TestApi, parts: TestParts): Promise<string> }> = {
  submitResearch: { action: "research.submitted", use: async (api) => (await submit(api)).id },
  getResearch: {
    action: "research.read",
    async use(api, parts) {
      const id = await completed(api, parts);
      await api.call("GET", `${RESEARCH}/${id}`);
      return id;
    },
  },
  getReport: {
    action: "research.report_read",
    async use(api, parts) {
      const id = await completed(api, parts);
      await api.call("GET", `${RESEARCH}/${id}/report?format=html`);
      return id;
    },
  },
  listEvidence: {
    action: "research.evidence_read",
    async use(api, parts) {
      const id = await completed(api, parts);
      await api.call("GET", `${RESEARCH}/${id}/evidence`);
      return id;
    },
  },
  getEvidence: {
    action: "research.evidence_read",
    async use(api, parts) {
      const id = await completed(api, parts);
      await api.call("GET", `${RESEARCH}/${id}/evidence/1`);
      return id;
    },
  },
  recomputeResearch: {
    action: "research.recomputed",
    async use(api, parts) {
      const id = await completed(api, parts);
      await api.call("POST", `${RESEARCH}/${id}/recompute`);
      return id;
    },
  },
  cancelResearch: {
    action: "research.cancelled",
    async use(api) {
      const { id, links } = await submit(api);
      await api.call("POST", links.cancel);
      return id;
    },
  },
  retryResearch: {
    action: "research.retried",
    async use(api, parts) {
      const { id } = await submit(api);
      const error = { code: "timeout", message: "Took too long.", retryable: false };
      await (await claim(parts, id)).finish({ status: "failed", error });
      await api.call("POST", `${RESEARCH}/${id}/retry`);
      return id;
    },
  },
  deleteResearch: {
    action: "research.deleted",
    async use(api) {
      const { id, links } = await submit(api);
      await api.call("DELETE", links.self);
      return id;
    },
  },
  submitBatch: { action: "batch.submitted", use: async (api) => (await someBatch(api)).id },
  getBatchResults: {
    action: "batch.results_read",
    async use(api, parts) {
      const { id } = await someBatch(api);
      for (const job of await tend(parts, id)) await complete(parts, job);
      await api.call("GET", `${BATCHES}/${id}/results`);
      return id;
    },
  },
  getBatchErrors: {
    action: "batch.results_read",
    async use(api) {
      const { id } = await someBatch(api);
      await api.call("GET", `${BATCHES}/${id}/errors`);
      return id;
    },
  },
  cancelBatch: {
    action: "batch.cancelled",
    async use(api) {
      const { id } = await someBatch(api);
      await api.call("POST", `${BATCHES}/${id}/cancel`);
      return id;
    },
  },
  uploadFile: { action: "file.uploaded", use: (api) => uploadCsv(api) },
  getFileContent: {
    action: "file.read",
    async use(api) {
      const id = await uploadCsv(api);
      await api.call("GET", `/api/v1/files/${id}/content`);
      return id;
    },
  },
  deleteFile: {
    action: "file.deleted",
    async use(api) {
      const id = await uploadCsv(api);
      await api.call("DELETE", `/api/v1/files/${id}`);
      return id;
    },
  },
};

async function someBatch(api: TestApi) {
  const id = await uploadCsv(api);
  return submitBatch(api, toLines(requestsAbout(id, 2)));
}

/** Reading these gives no content: states, counts, names, the trail itself. */
const NOT_TOLD = new Set([
  ...["listResearch", "streamEvents", "listBatches", "getBatch", "streamBatch", "listFiles", "getFile", "listAudit"],
]);

test("there is no route that changes something or gives content of which the trail does not tell", () => {
  const untold = ROUTES.filter(({ scope }) => scope !== "public")
    .map(({ operationId }) => operationId)
    .filter((operationId) => !Object.hasOwn(TOLD, operationId) && !NOT_TOLD.has(operationId));
  expect(untold, "say in TOLD how it is used, or in NOT_TOLD that it gives nothing away").toEqual([]);
});

test.for(Object.entries(TOLD))(
  "the trail tells of %s, by whom and on what",
  async ([_, { action, use }], { parts }) => {
    await using api = await startTestApi(parts, { config: ON });
    const tenantId = `told-${action.replace(/\W/g, "-")}`;
    const user = await withNewKey(api, parts.sql, { tenantId });
    const admin = await withNewKey(api, parts.sql, { tenantId, scopes: ["admin"] });
    const id = await use(user, parts);
    const told = (await trail(admin, `?target=${id}`)).filter((entry) => entry.action === action);
    expect(told).toMatchObject([
      {
        tenant_id: tenantId,
        actor: { kind: "api_key", id: user.keyId },
        target: { type: action.split(".", 1)[0], id },
        request_id: expect.stringMatching(/^req_/),
        client_address: "127.0.0.1",
      },
    ]);
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
  expect(told.map(({ action }) => action)).toEqual(["research.read", "research.submitted"]);
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
    "research.submitted",
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

test("a filter that cannot be is named", async ({ api }) => {
  for (const [query, path] of [
    ["since=yesterday", "since"],
    ["until=2026-01-01", "until"],
    ["action=research.stolen", "action"],
    ["target=", "target"],
    ["after=res_00000000000000000000000000", "after"],
    ["who=me", "who"],
  ]) {
    const answer = await api.call("GET", `/api/v1/audit?${query}`);
    expect(answer, query).toMatchObject({ status: 422, body: { errors: [{ path }] } });
  }
});
