import type { JsonObject, JsonValue } from "@pharmadb/contracts";
import { writeTask } from "./tasks.ts";

const MOST_ANSWERS = 3;

/** The report from the researchers' notes, in their own words. */
export function write(task: JsonObject): JsonValue {
  const { question, notes } = writeTask(task);
  const findings = notes.flatMap((note) => note.findings);
  const leads = notes.flatMap((note) => note.findings.slice(0, 1)).slice(0, MOST_ANSWERS);
  const open = notes.flatMap((note) => note.not_found);
  const answer =
    leads.length > 0
      ? leads.map((finding) => finding.statement).join(" ")
      : `The question was not answered, since it was not understood well enough to give a figure. ${open[0] ?? ""}`.trim();
  return {
    title: question.replace(/[?.\s]+$/, ""),
    answer,
    findings,
    tables: notes.flatMap((note) => note.tables),
    limitations: [
      ...new Set(open),
      "No language model was used: rules mapped the words of the question to the columns and values of the files.",
    ],
  };
}
