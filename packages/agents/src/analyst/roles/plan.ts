import type { JsonObject, JsonValue } from "@pharmadb/contracts";
import { describe } from "../phrase/describe.ts";
import { understand } from "../understand/understand.ts";
import { questionTask } from "./tasks.ts";

const MOST_STEPS: { [depth: string]: number } = { quick: 1, standard: 3, deep: 6 };
const FEWEST_WORDS = 5;

/** Several questions in one text become steps of their own where each can stand alone. */
function splitQuestion(question: string, most: number): string[] {
  const parts = question
    .split(/(?<=\?)\s+/)
    .map((part) => part.trim())
    .filter((part) => part !== "");
  const alone = parts.every(
    (part) =>
      part.endsWith("?") && part.split(/\s+/).length >= FEWEST_WORDS && !/^(and|of those|of these)\b/i.test(part),
  );
  return parts.length > 1 && parts.length <= most && alone ? parts : [question.trim()];
}

function titleOf(question: string): string {
  const words = question.split(/\s+/);
  return words.length > 14 ? `${words.slice(0, 14).join(" ")} …` : question;
}

/** One step for each question; what was understood so far, before any value has been looked up. */
export function plan(task: JsonObject): JsonValue {
  const { question, tables } = questionTask(task);
  const depth = typeof task.depth === "string" ? task.depth : "standard";
  const steps = splitQuestion(question, MOST_STEPS[depth] ?? 1);
  const readings = steps.map((step) => {
    const { understood } = understand(step, tables, []);
    return understood ? describe(understood) : step;
  });
  return { understanding: readings.join(" "), steps: steps.map((step) => ({ title: titleOf(step), question: step })) };
}
