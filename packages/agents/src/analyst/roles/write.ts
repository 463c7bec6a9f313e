import type { JsonObject, JsonValue } from "@pharmadb/contracts";
import { writeTask } from "./tasks.ts";

const MOST_ANSWERS = 3;
const MOST_TITLES = 2;

/** What a question asks about, without the words that make it a question. */
function topicOf(question: string): string {
  if (/^(?:how|is|are|does|do|can|could|should|may|were|was|did)\b/i.test(question.trim()))
    return "passages closest to the question";
  const topic = question
    .replace(/[?.!\s]+$/, "")
    .replace(/^(?:please |could you |can you )*(?:tell me |give me |list |show me )?/i, "")
    .replace(/^(?:what(?:'s| is| are| was| were)|which(?: is| are)?|when (?:was|were|is))\s+/i, "")
    .replace(/^(?:the|an?)\s+/i, "");
  return topic.charAt(0).toUpperCase() + topic.slice(1);
}

/** A title says what the report holds; the question stands in the report anyway. */
function titleOf(question: string, tables: { title: string }[], answered: boolean): string {
  const titles = [...new Set(tables.map(({ title }) => title))].slice(0, MOST_TITLES);
  if (titles.length > 0) return titles.join("; ");
  return answered ? `From the documents: ${topicOf(question)}` : "No answer from the files";
}

/** The report from the researchers' notes, in their own words. */
export function write(task: JsonObject): JsonValue {
  const { question, notes } = writeTask(task);
  const findings = notes.flatMap((note) => note.findings);
  const tables = notes.flatMap((note) => note.tables);
  const leads = notes.flatMap((note) => note.findings.slice(0, 1)).slice(0, MOST_ANSWERS);
  const open = notes.flatMap((note) => note.not_found);
  const answer =
    leads.length > 0
      ? leads.map((finding) => finding.statement).join(" ")
      : `The question was not answered, since it was not understood well enough to give a figure. ${open[0] ?? ""}`.trim();
  return {
    title: titleOf(question, tables, findings.length > 0),
    answer,
    findings,
    tables,
    limitations: [
      ...new Set(open),
      "No language model was used: rules mapped the words of the question to the columns and values of the files.",
    ],
  };
}
