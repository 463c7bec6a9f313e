import { readFile, writeFile } from "node:fs/promises";
import type { Research } from "@pharmadb/contracts";
import { getFile } from "@pharmadb/store";
import { expect } from "vitest";
import { test } from "../../testing/api-test.ts";
import type { TestApi, TestParts } from "../../testing/start-test-api.ts";
import { submit } from "../../testing/submit.ts";
import { claim, queryEvidence, REPORT } from "../../testing/worker-side.ts";

const BY_ARM = "select ARM, count(*) as n from ae group by ARM";

/** A completed job whose figures were made by these queries on its file, through the real table engine. */
async function completed(api: TestApi, parts: TestParts, queries: string[]): Promise<Research> {
  const research = await submit(api);
  const worker = await claim(parts, research.id);
  const file = await getFile(parts.sql, "default", research.file_ids[0] ?? "");
  if (!file) throw new Error("no file");
  const { storage_key, ...object } = file;
  const jobFile = {
    ...object,
    path: await parts.files.materialize(storage_key, parts.directory, new AbortController().signal),
  };
  for (const sql of queries) {
    const { columns, rows } = await parts.sandbox.query([jobFile], sql, {}, new AbortController().signal);
    await worker.saveEvidence([queryEvidence(sql, { columns, rows: rows as string[][] }, [file])]);
  }
  await worker.finish({ status: "completed", report: REPORT });
  return research;
}

test("a report is had as JSON, Markdown and a page, by format or by Accept", async ({ api, parts }) => {
  const { links } = await completed(api, parts, [BY_ARM]);
  expect((await api.call("GET", links.report)).body).toEqual(REPORT);
  const markdown = await api.call("GET", `${links.report}?format=md`);
  expect(markdown.headers.get("content-type")).toBe("text/markdown; charset=utf-8");
  expect(markdown.text).toContain(BY_ARM);
  const page = await api.call("GET", links.report, {
    headers: { accept: "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8" },
  });
  expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(page.text).toContain("Serious events &lt;b&gt;by arm&lt;/b&gt;");
  expect(page.text).not.toContain("<b>by arm");
  const policy = page.headers.get("content-security-policy");
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toContain("script-src");
  expect((await api.call("GET", links.report, { headers: { accept: "image/png" } })).status).toBe(406);
  expect((await api.call("GET", `${links.report}?format=pdf`)).status).toBe(422);
  expect((await api.call("GET", `${links.report}?format=md`, { headers: { accept: "image/png" } })).status).toBe(200);
});

test("a job without a report says why there is none", async ({ api, parts }) => {
  const { id, links } = await submit(api);
  const why = async () => (await api.call("GET", links.report)).body;
  expect(await why()).toMatchObject({ status: 409, detail: expect.stringContaining("queued") });
  const worker = await claim(parts, id);
  expect(await why()).toMatchObject({ status: 409, detail: expect.stringContaining("running") });
  await worker.finish({ status: "failed", error: { code: "timeout", message: "Took too long.", retryable: false } });
  expect(await why()).toMatchObject({ status: 409, detail: expect.stringContaining("Took too long.") });
});

test("evidence is listed and had one by one, with its exact query", async ({ api, parts }) => {
  const { links } = await completed(api, parts, [BY_ARM, "select count(*) as n from ae"]);
  const all = await api.call("GET", links.evidence);
  expect(all.body).toMatchObject({ data: [{ n: 1, query: BY_ARM }, { n: 2 }], has_more: false });
  const second = await api.call("GET", `${links.evidence}/2`);
  expect(second.body).toMatchObject({ n: 2, content: { rows: [[3]] }, sources: [{ name: "ae.csv" }] });
  for (const n of ["3", "0", "x", "1e0", "99999999999"]) {
    expect((await api.call("GET", `${links.evidence}/${n}`)).status, n).toBe(404);
  }
});

test("figures run again on the same bytes match", async ({ api, parts }) => {
  const { id, links } = await completed(api, parts, [
    BY_ARM,
    "select * from ae order by USUBJID",
    "select count(*) as n from ae where 1 = 0",
  ]);
  const answer = await api.call("POST", `${links.self}/recompute`);
  expect(answer.body).toEqual({ object: "recomputation", research_id: id, checked: 3, matched: 3, differing: [] });
});

test("a figure that is not what its query gives is reported", async ({ api, parts }) => {
  const research = await submit(api);
  const worker = await claim(parts, research.id);
  expect((await api.call("POST", `${research.links.self}/recompute`)).status).toBe(409);
  const file = await getFile(parts.sql, "default", research.file_ids[0] ?? "");
  const files = file ? [file] : [];
  const count = (rows: number[][]) => ({ columns: [{ name: "n", type: "BIGINT" }], rows });
  await worker.saveEvidence([
    queryEvidence("select count(*) as n from ae", count([[3]]), files),
    queryEvidence("select count(*) as n from ae where AESER = 'Y'", count([[2]]), files),
    queryEvidence("select count(*) as n from nowhere", count([[1]]), files),
    queryEvidence("select 1 as n from ae", { columns: [{ name: "n", type: "INTEGER" }], rows: [[1], [1]] }, files),
  ]);
  await worker.finish({ status: "completed", report: REPORT });
  const answer = await api.call("POST", `${research.links.self}/recompute`);
  expect(answer.body).toMatchObject({
    checked: 4,
    matched: 1,
    differing: [
      { n: 2, reason: "content_differs", recomputed_sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      { n: 3, reason: "query_failed", message: expect.stringContaining("nowhere"), recomputed_sha256: null },
      { n: 4, reason: "content_differs" },
    ],
  });
});

test("figures whose file is gone or whose bytes were changed are reported", async ({ api, parts }) => {
  const { links, file_ids } = await completed(api, parts, [BY_ARM]);
  const stored = await getFile(parts.sql, "default", file_ids[0] ?? "");
  const path = await parts.files.materialize(stored?.storage_key ?? "", parts.directory, new AbortController().signal);
  const original = await readFile(path);
  await writeFile(path, `${original}S-4,Drug,Y\n`);
  const changed = await api.call("POST", `${links.self}/recompute`);
  await writeFile(path, original);
  expect(changed.body).toMatchObject({ checked: 1, matched: 0, differing: [{ n: 1, reason: "file_changed" }] });
  expect((await api.call("DELETE", `/api/v1/files/${file_ids[0]}`)).status).toBe(204);
  const deleted = await api.call("POST", `${links.self}/recompute`);
  expect(deleted.body).toMatchObject({ checked: 1, matched: 0, differing: [{ n: 1, reason: "file_deleted" }] });
});
