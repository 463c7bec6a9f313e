import type { JsonObject, JsonValue } from "@pharmadb/contracts";
import { expect, test } from "vitest";
import type { ModelRequest, TranscriptItem } from "../model-client.ts";
import { createEmbeddedAnalyst } from "./index.ts";
import { EVENTS, SUBJECTS } from "./small-tables.ts";

const signal = new AbortController().signal;

function request(role: string, task: object, transcript: TranscriptItem[] = []): ModelRequest {
  return {
    role,
    instructions: "",
    prompt: "",
    task: task as JsonObject,
    transcript,
    tools: [],
    output: { name: "x", schema: {} },
    maxOutputTokens: 1,
  };
}

function withTable(table: object, question: string): object {
  const tables = [{ ...table, file_id: "file_1" }];
  return { question, depth: "standard", tables, documents: [], missing: [], step: { title: "t", question } };
}

function answer(callId: string, name: string, data: JsonValue, evidence: number[], ok = true): TranscriptItem {
  return { kind: "tool", answer: { callId, name, content: "", data, evidence, ok } };
}

const analyst = createEmbeddedAnalyst();

test("a researcher asks for one query and states its result with the citation", async () => {
  const task = withTable(SUBJECTS, "How many subjects are female?");
  const first = await analyst.respond(request("researcher", task), signal);
  expect(first.toolCalls.map(({ name }) => name)).toEqual(["tables_query"]);
  const content = { columns: [{ name: "subjects", type: "BIGINT" }], rows: [[8]], row_count: 1, truncated: false };
  const done = [answer(first.toolCalls[0]?.callId ?? "", "tables_query", content, [4])];
  const last = JSON.parse((await analyst.respond(request("researcher", task, done), signal)).text);
  expect(last.findings).toEqual([
    {
      statement: "8 subjects are female (distinct USUBJID in adsl; SEX = F) [E4].",
      evidence: [4],
      confidence: "high",
    },
  ]);
});

test("values that the profile does not hold are looked up before the question is read", async () => {
  const [column] = EVENTS.profile.columns.filter(({ name }) => name === "AEDECOD");
  const columns = EVENTS.profile.columns.map((one) => (one === column ? { ...one, distinct_count: 300 } : one));
  const task = withTable({ ...EVENTS, profile: { ...EVENTS.profile, columns } }, "How many subjects had syncope?");
  const first = await analyst.respond(request("researcher", task), signal);
  const found = { columns: [], rows: [["AEDECOD", "SYNCOPE", 2]], row_count: 1, truncated: false };
  const looked = first.toolCalls.map(({ callId }) => answer(callId, "tables_query", found, [1]));
  const second = await analyst.respond(request("researcher", task, looked), signal);
  expect(second.toolCalls[0]?.argumentsJson).toContain("'SYNCOPE'");
});

test("a failed query is no finding", async () => {
  const task = withTable(SUBJECTS, "How many subjects are female?");
  const failed = [answer("query-1", "tables_query", null, [], false)];
  const last = JSON.parse((await analyst.respond(request("researcher", task, failed), signal)).text);
  expect(last.findings).toEqual([]);
  expect(last.not_understood.join(" ")).toContain("failed");
});

test("a question that fits no column is declined with what was understood", async () => {
  const response = await analyst.respond(
    request("researcher", withTable(SUBJECTS, "How many subjects smoked?")),
    signal,
  );
  const { findings, not_understood } = JSON.parse(response.text);
  expect(findings).toEqual([]);
  expect(not_understood.join(" ")).toContain("'smoked'");
});

test("a document question is answered with the sentence that shares its words, quoted", async () => {
  const profile = {
    title: "Drugamine label",
    page_count: 1,
    passage_count: 2,
    character_count: 100,
    sections: [],
    warnings: [],
  };
  const question = "What is the recommended starting dose of drugamine?";
  const documents = [{ file_id: "file_2", file_name: "label.pdf", profile }];
  const task = { question, depth: "quick", tables: [], documents, step: { title: "t", question } };
  const first = await analyst.respond(request("researcher", task), signal);
  expect(first.toolCalls[0]?.name).toBe("documents_search");
  const passages = [
    {
      file_id: "file_2",
      file_name: "label.pdf",
      passage: 1,
      page: 1,
      section: "Dosage",
      text: "The tablets are blue. The recommended starting dose is 20 mg once daily.",
      score: 3,
    },
    {
      file_id: "file_2",
      file_name: "label.pdf",
      passage: 2,
      page: 1,
      section: "Storage",
      text: "Store below 25 degrees.",
      score: 1,
    },
  ];
  const done = [answer(first.toolCalls[0]?.callId ?? "", "documents_search", { passages }, [7, 8])];
  const { findings } = JSON.parse((await analyst.respond(request("researcher", task, done), signal)).text);
  expect(findings[0]).toMatchObject({
    statement: "“The recommended starting dose is 20 mg once daily.” [E7]",
    evidence: [7],
  });
});

test("a document that does not speak of it gives no answer", async () => {
  const profile = { title: null, page_count: 1, passage_count: 1, character_count: 100, sections: [], warnings: [] };
  const question = "What is the filing fee of an application?";
  const documents = [{ file_id: "file_2", file_name: "guide.pdf", profile }];
  const task = { question, depth: "quick", tables: [], documents, step: { title: "t", question } };
  const passages = [
    {
      file_id: "file_2",
      file_name: "guide.pdf",
      passage: 1,
      page: 1,
      section: null,
      text: "An application holds stability data.",
      score: 1,
    },
  ];
  const done = [answer("search-1", "documents_search", { passages }, [1])];
  const { findings } = JSON.parse((await analyst.respond(request("researcher", task, done), signal)).text);
  expect(findings).toEqual([]);
});

test("the planner makes a step of each question that stands alone", async () => {
  const tables = [{ ...SUBJECTS, file_id: "file_1" }];
  const question = "How many subjects are female? What is the mean age of the subjects?";
  const { text } = await analyst.respond(
    request("planner", { question, depth: "standard", tables, documents: [], missing: [] }),
    signal,
  );
  expect(JSON.parse(text).steps.map(({ question: step }: { question: string }) => step)).toEqual([
    "How many subjects are female?",
    "What is the mean age of the subjects?",
  ]);
});

test("the writer says that no language model was used, and what stayed open", async () => {
  const step = { title: "t", question: "q?" };
  const notes = [{ step, findings: [], tables: [], not_found: ["Nothing in the tables matches 'x'."], evidence: [] }];
  const { text } = await analyst.respond(request("writer", { question: "How many x?", steps: [step], notes }), signal);
  const report = JSON.parse(text);
  expect(report.answer).toContain("not answered");
  expect(report.limitations.join(" ")).toMatch(/matches 'x'.*No language model/);
});

test("an unknown role is refused", async () => {
  await expect(analyst.respond(request("poet", {}), signal)).rejects.toMatchObject({ code: "model_refused" });
});

test("the same request has the same answer", async () => {
  const task = withTable(EVENTS, "Which preferred term was the most common?");
  const one = await analyst.respond(request("researcher", task), signal);
  const two = await analyst.respond(request("researcher", task), signal);
  expect(two).toEqual(one);
});
