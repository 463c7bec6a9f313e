/**
 * Asks the embedded analyst every question of a file and says which answers are right:
 * `node bench/questions.ts [questions.json …] [--all] [--id=D1,O3] [--details]`.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { createEmbeddedAnalyst, runResearch } from "@pharmadb/agents";
import type { Report } from "@pharmadb/contracts";
import { type JobFile, type Sandbox, startSandbox } from "@pharmadb/sandbox";
import { createToolRegistry } from "@pharmadb/tools";
import { z } from "zod";
import { memoryJournal } from "./memory-journal.ts";
import { judge, type Outcome, tableOf } from "./question-score.ts";

const Expectation = z.union([z.object({ text: z.string() }), z.object({ number: z.number(), tolerance: z.number() })]);
export type Expectation = z.infer<typeof Expectation>;

const Question = z.object({
  id: z.string(),
  question: z.string(),
  files: z.array(z.string()),
  sql: z.string().optional(),
  expect: z.array(Expectation).optional(),
  /** True where the files cannot answer: the right answer is to say so. */
  declines: z.boolean().default(false),
});
type Question = z.infer<typeof Question>;

const LEAST_RIGHT = 0.8;
const MOST_WRONG = 0.05;

const root = resolve(import.meta.dirname, "..");
const shared = resolve(root, "../shared/data");
const signal = new AbortController().signal;

async function jobFile(sandbox: Sandbox, known: Map<string, Promise<JobFile>>, name: string): Promise<JobFile> {
  const found = known.get(name);
  if (found) return found;
  const inspecting = inspect(sandbox, name, known.size);
  known.set(name, inspecting);
  return inspecting;
}

async function inspect(sandbox: Sandbox, name: string, at: number): Promise<JobFile> {
  const path = join(shared, name);
  const { size } = await stat(path);
  const sha256 = createHash("sha256")
    .update(await readFile(path))
    .digest("hex");
  const { kind, mediaType, profile } = await sandbox.inspect(
    { name: basename(name), path, bytes: size, sha256 },
    signal,
  );
  const id = `file_${String(at).padStart(26, "0")}`;
  return { id, name: basename(name), bytes: size, sha256, media_type: mediaType, kind, profile, path };
}

async function ask(question: string, files: JobFile[], sandbox: Sandbox): Promise<Report> {
  const tools = createToolRegistry({ files, sandbox });
  const job = {
    id: "res_bench",
    question,
    files,
    missingFiles: [] as never[],
    depth: "quick",
    sources: ["files"],
    budget: null,
    outputSchema: null,
  } as const;
  return runResearch(job, { model: createEmbeddedAnalyst(), tools, journal: memoryJournal() }, signal);
}

/** What the SQL of a question of our own gives now. Averages and shares may be shown rounded. */
async function expected(question: Question, files: JobFile[], sandbox: Sandbox): Promise<Expectation[]> {
  if (question.expect) return question.expect;
  if (!question.sql || question.declines) return [];
  const { rows } = await sandbox.query(files, question.sql, {}, signal);
  const rounded = /round\(|avg\(|median\(|stddev/i.test(question.sql);
  return rows.flat().flatMap((cell): Expectation[] => {
    if (cell === null || cell === "") return [];
    const number = Number(cell);
    if (typeof cell !== "boolean" && Number.isFinite(number)) {
      return [{ number, tolerance: rounded || !Number.isInteger(number) ? 0.06 : 0 }];
    }
    return [{ text: String(cell) }];
  });
}

async function run(
  path: string,
  sandbox: Sandbox,
  known: Map<string, Promise<JobFile>>,
  ids: string[],
): Promise<Outcome[]> {
  const { questions } = z.object({ questions: z.array(Question) }).parse(JSON.parse(await readFile(path, "utf8")));
  const outcomes: Outcome[] = [];
  for (const question of questions) {
    if (ids.length > 0 && !ids.includes(question.id)) continue;
    const files = await Promise.all(question.files.map((name) => jobFile(sandbox, known, name)));
    const report = await ask(question.question, files, sandbox);
    outcomes.push(judge(question, await expected(question, files, sandbox), report));
  }
  return outcomes;
}

async function main(args: string[]): Promise<number> {
  if (!existsSync(shared)) {
    console.error(
      "The test data are missing: expected them in ../shared/data, beside the repository. Nothing was measured.",
    );
    return 2;
  }
  const named = args.filter((arg) => !arg.startsWith("--"));
  const ids = args.flatMap((arg) => (arg.startsWith("--id=") ? arg.slice(5).split(",") : []));
  const dev = join(shared, "questions-dev.json");
  const own = join(root, "bench/questions-own.json");
  const paths = named.length > 0 ? named.map((name) => resolve(name)) : args.includes("--all") ? [dev, own] : [dev];
  const cacheDir = await mkdtemp(join(tmpdir(), "pharmadb-questions-"));
  const sandbox = await startSandbox({ cacheDir, processes: 1 });
  try {
    const known = new Map<string, Promise<JobFile>>();
    let passed = true;
    for (const path of paths) {
      const outcomes = await run(path, sandbox, known, ids);
      passed = show(basename(path), outcomes, args.includes("--details")) && passed;
    }
    return passed ? 0 : 1;
  } finally {
    await sandbox.close();
    await rm(cacheDir, { recursive: true, force: true });
  }
}

/** Prints the table and the totals; whether they reach the target. */
function show(title: string, outcomes: Outcome[], details: boolean): boolean {
  const share = (...verdicts: Outcome["verdict"][]) =>
    outcomes.filter(({ verdict }) => verdicts.includes(verdict)).length / Math.max(1, outcomes.length);
  const percent = (value: number) => `${(100 * value).toFixed(1)}%`;
  console.log(tableOf(outcomes, details));
  const right = share("right");
  const confident = share("wrong");
  console.log(
    `${title}: ${outcomes.length} questions, ${percent(right)} right, ${percent(share("declined"))} declined, ${percent(confident)} wrong with confidence, ${percent(share("wrong, said unsure"))} wrong but said to be unsure`,
  );
  const unsupported = outcomes.filter((outcome) => outcome.unsupported > 0).map(({ id }) => id);
  console.log(
    `answers with a number that the rule check does not find in its evidence: ${unsupported.length} ${unsupported.slice(0, 20).join(" ")}`,
  );
  console.log(`target: at least ${percent(LEAST_RIGHT)} right, at most ${percent(MOST_WRONG)} wrong with confidence\n`);
  return right >= LEAST_RIGHT && confident <= MOST_WRONG;
}

process.exitCode = await main(process.argv.slice(2));
