import { AppError, type JsonValue, PassageContent } from "@pharmadb/contracts";
import { expect, test } from "vitest";
import { createToolRegistry } from "../create-tool-registry.ts";
import { type DocumentsJob, documentFile, documentsJob, NEVER, passagesOf } from "../fixtures/test-job.ts";

const PROTOCOL = documentFile("protocol.pdf", "Protocol ABC-1");
const LABEL = documentFile("label.xml", "XANDRA® (xamine citrate) tablets");

const PROTOCOL_PASSAGES = passagesOf(
  "The primary endpoint is the change of the total score from baseline to week 24.",
  "Subjects are randomised to placebo or to the study drug. Dosing is once a day.",
  "An adverse event is serious where it results in death or a stay in hospital.",
);
const LABEL_PASSAGES = passagesOf(
  "For most patients, the recommended dose of XANDRA is 50 mg.",
  "Adverse reactions were headache (16%) and flushing.",
);

function job(): DocumentsJob {
  return documentsJob([
    [PROTOCOL, PROTOCOL_PASSAGES],
    [LABEL, LABEL_PASSAGES],
  ]);
}

async function call(name: string, args: JsonValue, context?: DocumentsJob) {
  return await createToolRegistry(context ?? job()).call(name, JSON.stringify(args), NEVER);
}

type Found = { passages: { file_name: string; passage: number; score: number }[] };

test.each([
  ["primary endpoints", "protocol.pdf", 1],
  ["What were the doses given per day?", "protocol.pdf", 2],
  ["seriousness of adverse events", "protocol.pdf", 3],
  ["recommended dosage", "label.xml", 1],
  ["HEADACHES", "label.xml", 2],
  ["xamine dose", "label.xml", 1],
])("%s is found in %s first", async (query, file_name, passage) => {
  const { data } = await call("documents_search", { query, limit: 3 });
  expect((data as Found).passages[0]).toMatchObject({ file_name, passage });
});

test("each passage found is evidence with its file, page and section", async () => {
  const { content, data, evidence } = await call("documents_search", { query: "headache", limit: 5 });
  const text = "Adverse reactions were headache (16%) and flushing.";
  expect(data).toEqual({
    passages: [
      {
        file_id: "file_label.xml",
        file_name: "label.xml",
        passage: 2,
        page: 2,
        section: "Part 2",
        text,
        score: expect.any(Number),
      },
    ],
  });
  expect(evidence).toEqual([
    {
      tool: "documents_search",
      arguments: { query: "headache", limit: 5 },
      query: "headache",
      content: { passage: 2, text, page: 2, section: "Part 2" },
      sources: [
        {
          kind: "file",
          file_id: "file_label.xml",
          file_sha256: "sha-label.xml",
          name: "label.xml",
          page: 2,
          section: "Part 2",
          url: null,
        },
      ],
    },
  ]);
  expect(PassageContent.safeParse(evidence[0]?.content).success).toBe(true);
  expect(content).toBe(`[label.xml (file_label.xml), passage 2, page 2, section "Part 2"]\n${text}`);
});

test("passages come with falling scores and no more than asked for", async () => {
  const { data } = await call("documents_search", { query: "adverse study score subjects", limit: 2 });
  const scores = (data as Found).passages.map(({ score }) => score);
  expect(scores).toHaveLength(2);
  expect(scores[0]).toBeGreaterThanOrEqual(scores[1] ?? 0);
});

test("a search that finds nothing, or has only words that say nothing, is an answer without evidence", async () => {
  for (const query of ["zebra", "what is the of", "???"]) {
    const result = await call("documents_search", { query, limit: 5 });
    expect(result).toMatchObject({ ok: true, data: { passages: [] }, evidence: [] });
    expect(result.content).toContain("No passage holds any of these words.");
  }
});

test("a job's documents are read once, however many searches run at a time", async () => {
  const context = job();
  const registry = createToolRegistry(context);
  const queries = ["dose", "headache", "endpoint"].map((query) => JSON.stringify({ query, limit: 1 }));
  await Promise.all(queries.map((args) => registry.call("documents_search", args, NEVER)));
  await registry.call("documents_read", JSON.stringify({ file_id: PROTOCOL.id, passage: 1, count: 1 }), NEVER);
  expect(context.passagesCalls).toEqual(["protocol.pdf", "label.xml"]);
});

test("a reading that failed is tried again by the next search", async () => {
  const context = job();
  const passages = context.sandbox.passages;
  context.sandbox.passages = () => Promise.reject(new AppError("sandbox_failed", "The process ended."));
  await expect(call("documents_search", { query: "dose", limit: 1 }, context)).rejects.toMatchObject({
    code: "sandbox_failed",
  });
  context.sandbox.passages = passages;
  expect((await call("documents_search", { query: "dose", limit: 1 }, context)).evidence).toHaveLength(1);
});

test("a document that cannot be read is named and does not hide the others", async () => {
  const broken = new AppError("file_unreadable", "protocol.pdf is encrypted.");
  const context = documentsJob([
    [PROTOCOL, broken],
    [LABEL, LABEL_PASSAGES],
  ]);
  const found = await call("documents_search", { query: "headache", limit: 1 }, context);
  expect(found.evidence).toHaveLength(1);
  expect(found.content).toContain("Not searched: protocol.pdf. protocol.pdf is encrypted.");
  const read = await call("documents_read", { file_id: PROTOCOL.id, passage: 1, count: 1 }, context);
  expect(read).toMatchObject({ ok: false, content: "protocol.pdf is encrypted." });
});

test("documents_read gives passages in order, each as evidence, and tells how many there are", async () => {
  const { content, data, evidence } = await call("documents_read", { file_id: PROTOCOL.id, passage: 2, count: 10 });
  expect((data as Found).passages.map(({ passage }) => passage)).toEqual([2, 3]);
  expect(evidence.map(({ tool, query }) => [tool, query])).toEqual([
    ["documents_read", null],
    ["documents_read", null],
  ]);
  expect(content).toContain("(protocol.pdf has 3 passages)");
});

test("a document or passage that is not there is an answer that names what is", async () => {
  const unknown = await call("documents_read", { file_id: "file_x", passage: 1, count: 1 });
  expect(unknown).toMatchObject({ ok: false, content: expect.stringContaining("file_protocol.pdf (protocol.pdf)") });
  const beyond = await call("documents_read", { file_id: PROTOCOL.id, passage: 9, count: 1 });
  expect(beyond).toMatchObject({ ok: false, content: "There is no passage 9: protocol.pdf has 3 passages." });
});
