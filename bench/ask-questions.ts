// The table of questions with exact answers, as `node bench/questions.ts` prints it, and its shares for the summary.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { Figure } from "./figures.ts";

const SCRIPT = fileURLToPath(new URL("./questions.ts", import.meta.url));
const WITHOUT_DATA = 2;
const TOTALS = /^(\S+): (\d+) questions, ([\d.]+)% right, .*?([\d.]+)% wrong with confidence/gm;
const LEAST_RIGHT = 80;
const MOST_WRONG = 5;

export async function benchQuestions(): Promise<Figure[]> {
  console.log("\n### Questions with exact answers, answered by the embedded analyst\n");
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", SCRIPT], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [printed, [code]] = await Promise.all([text(child.stdout), once(child, "exit")]);
  if (code === WITHOUT_DATA) return [];
  console.log(`\`\`\`text\n${printed.trimEnd()}\n\`\`\``);
  const totals = [...printed.matchAll(TOTALS)];
  if (totals.length === 0) throw new Error(`The questions gave no totals and ended with ${code}.`);
  return totals.flatMap(([, file, count, right, wrong]): Figure[] => [
    {
      name: `${file}, ${count} questions: right`,
      value: `${right}%`,
      target: `at least ${LEAST_RIGHT}%`,
      met: Number(right) >= LEAST_RIGHT,
    },
    {
      name: `${file}: wrong with confidence`,
      value: `${wrong}%`,
      target: `at most ${MOST_WRONG}%`,
      met: Number(wrong) <= MOST_WRONG,
    },
  ]);
}
