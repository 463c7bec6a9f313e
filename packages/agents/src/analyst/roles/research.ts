import { type JsonObject, type JsonValue, TableContent } from "@pharmadb/contracts";
import { z } from "zod";
import type { ModelResponse, ToolAnswer, ToolCall, TranscriptItem } from "../../model-client.ts";
import { compose } from "../compose/compose.ts";
import { planLookups, readLookup } from "../match/lookup.ts";
import { describe } from "../phrase/describe.ts";
import { phrase } from "../phrase/phrase.ts";
import { understand } from "../understand/understand.ts";
import type { LookedUpValue, NotUnderstood, Understanding } from "../understand/understanding.ts";
import { bestSentences, type FoundPassage, questionWords } from "./sentences.ts";
import { type StepTask, stepTask } from "./tasks.ts";

const PASSAGES = 12;
const SENTENCES = 3;
/** The share of the question's telling words that the place of an answer must hold. */
const LEAST_COVERAGE = 0.6;

export type ResearchTurn = { final: JsonValue } | { calls: ToolCall[] };

function answersOf(transcript: TranscriptItem[]): Map<string, ToolAnswer> {
  return new Map(
    transcript.flatMap((item) => (item.kind === "tool" ? [[item.answer.callId, item.answer] as const] : [])),
  );
}

function call(callId: string, name: string, args: JsonObject): ToolCall {
  return { callId, name, argumentsJson: JSON.stringify(args) };
}

function tableContent(answer: ToolAnswer): TableContent | null {
  const content = TableContent.safeParse(answer.data);
  return answer.ok && content.success ? content.data : null;
}

function reasonsOf(problem: NotUnderstood): string[] {
  const understood = problem.understood.length > 0 ? [`Understood so far: ${problem.understood.join("; ")}.`] : [];
  return [...problem.reasons, ...understood, ...problem.suggestions];
}

type Findings = {
  findings: { statement: string; evidence: number[]; confidence: Understanding["confidence"] }[];
  tables: { title: string; evidence: number }[];
  not_understood: string[];
};

/** The report of a query: its statement with what was counted, or why there is none. */
function tableFindings(understood: Understanding, answer: ToolAnswer): Findings {
  const content = tableContent(answer);
  const words = `Understood as: ${describe(understood)}`;
  const n = answer.evidence[0];
  if (!content || n === undefined)
    return { findings: [], tables: [], not_understood: [words, `The query failed: ${answer.content.slice(0, 300)}`] };
  const phrased = phrase(understood, compose(understood), content);
  const notes = [...understood.notes, ...phrased.notes];
  if (phrased.empty) return { findings: [], tables: [], not_understood: [words, ...notes] };
  return {
    findings: phrased.statements.map((statement) => ({
      statement: `${statement.replace(/\.$/, "")} [E${n}].`,
      evidence: [n],
      confidence: understood.confidence,
    })),
    tables: [{ title: phrased.title, evidence: n }],
    not_understood: notes,
  };
}

/** The reading with longer terms stands behind the exact one, with less confidence. */
function withBroader(findings: Findings, broader: Understanding, answer: ToolAnswer): Findings {
  const wider = tableFindings({ ...broader, notes: [] }, answer);
  if (findings.findings.length === 0 || wider.findings.length === 0) return findings;
  const also = wider.findings.map((finding) => ({
    ...finding,
    statement: `With the longer terms too: ${finding.statement}`,
    confidence: "medium" as const,
  }));
  return { ...findings, findings: [...findings.findings, ...also] };
}

const Passages = z.object({
  passages: z.array(z.object({ text: z.string(), section: z.string().nullable(), score: z.number() })),
});

function documentFindings({ step: { question }, documents }: StepTask, answer: ToolAnswer): JsonValue {
  const parsed = Passages.safeParse(answer.data);
  const passages: FoundPassage[] = (parsed.success ? parsed.data.passages : []).flatMap(
    ({ text, section, score }, at) => {
      const evidence = answer.evidence[at];
      return evidence === undefined ? [] : [{ text, section, score, evidence }];
    },
  );
  const topic = documents
    .map((document) => `${document.profile.title ?? ""} ${document.file_name.replace(/[_.-]+/g, " ")}`)
    .join(" ");
  const best = bestSentences(question, passages, topic, SENTENCES);
  const first = best[0];
  if (!first || first.coverage < LEAST_COVERAGE) {
    return {
      findings: [],
      tables: [],
      not_understood: ["The documents hold no passage that answers this clearly enough."],
    };
  }
  const worthy = best.filter((answer) => answer.score >= first.score * 0.6);
  return {
    findings: worthy.map((one, at) => ({
      statement: `“${one.text}” [E${one.evidence}]`,
      evidence: [one.evidence],
      confidence: at === 0 && one.coverage > 0.85 ? "medium" : "low",
    })),
    tables: [],
    not_understood: [
      "Quoted the sentences of the documents that share the most words with the question; they were not interpreted.",
    ],
  };
}

const ABOUT_DOCUMENTS =
  /\b(protocol|label|guidance|guideline|document|section|narrative|cover letter|data guide|reviewer'?s guide|package insert|prescribing information)\b/i;

function researchTables(
  task: StepTask,
  answers: Map<string, ToolAnswer>,
): ResearchTurn | { problem: NotUnderstood | null } {
  if (task.tables.length === 0) return { problem: null };
  const { question } = task.step;
  const lookups = planLookups(question, task.tables);
  const wanted = lookups.map((lookup, at) => ({ ...lookup, callId: `lookup-${at + 1}` }));
  const missing = wanted.filter((lookup) => !answers.has(lookup.callId));
  if (missing.length > 0) {
    return {
      calls: missing.map((lookup) =>
        call(lookup.callId, "tables_query", {
          sql: lookup.sql,
          purpose: `Find values of ${lookup.table} with words of the question`,
        }),
      ),
    };
  }
  const values: LookedUpValue[] = wanted.flatMap((lookup) => {
    const answer = answers.get(lookup.callId);
    return readLookup(lookup.table, answer ? (tableContent(answer)?.rows ?? []) : []);
  });
  const { understood, problem } = understand(question, task.tables, values);
  if (!understood) return { problem };
  const done = answers.get("query-1");
  const wider = answers.get("query-2");
  if (done) {
    const findings = tableFindings(understood, done);
    return { final: understood.broader && wider ? withBroader(findings, understood.broader, wider) : findings };
  }
  const readings = [understood, ...(understood.broader ? [understood.broader] : [])];
  return {
    calls: readings.map((reading, at) =>
      call(`query-${at + 1}`, "tables_query", { sql: compose(reading).sql, purpose: describe(reading).slice(0, 900) }),
    ),
  };
}

function researchDocuments(task: StepTask, answers: Map<string, ToolAnswer>): ResearchTurn {
  const done = answers.get("search-1");
  if (done) return { final: documentFindings(task, done) };
  const query = questionWords(task.step.question).length > 0 ? task.step.question : task.question;
  return { calls: [call("search-1", "documents_search", { query, limit: PASSAGES })] };
}

/** The researcher's next turn: tool calls while something is open, then the findings. */
export function research(data: JsonObject, transcript: TranscriptItem[]): ResearchTurn {
  const task = stepTask(data);
  const answers = answersOf(transcript);
  const documentsFirst =
    task.documents.length > 0 && (task.tables.length === 0 || ABOUT_DOCUMENTS.test(task.step.question));
  if (documentsFirst || answers.has("search-1")) return researchDocuments(task, answers);
  const turn = researchTables(task, answers);
  if (!("problem" in turn)) return turn;
  if (task.documents.length > 0) return researchDocuments(task, answers);
  const reasons = turn.problem ? reasonsOf(turn.problem) : ["There is no table and no document to look into."];
  return { final: { findings: [], tables: [], not_understood: reasons } };
}

/** A model's answer that costs nothing. */
export function responseOf(turn: ResearchTurn): ModelResponse {
  const usage = { input_tokens: 0, output_tokens: 0, cost_usd: 0 };
  if ("calls" in turn) return { text: "", toolCalls: turn.calls, raw: [], usage };
  return { text: JSON.stringify(turn.final), toolCalls: [], raw: [], usage };
}
