import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BatchResult } from "@pharmadb/contracts";
import { expect, test } from "vitest";
import { runCommand } from "../testing/run-command.ts";
import { startServe } from "../testing/start-serve.ts";

async function folder() {
  const path = await mkdtemp(join(tmpdir(), "pharmadb-batch-test-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

const CSV = "USUBJID,AETERM,AESER\n01,NAUSEA,N\n02,NAUSEA,Y\n02,RASH,Y\n";
const QUESTIONS = [
  { custom_id: "serious", question: "How many subjects had a serious adverse event?", depth: "quick" },
  { custom_id: "all", question: "How many adverse events are there?", depth: "quick" },
];
const toLines = (requests: object[]) => requests.map((each) => `${JSON.stringify(each)}\n`).join("");

async function resultsIn(path: string): Promise<BatchResult[]> {
  const text = await readFile(path, "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => BatchResult.parse(JSON.parse(line)));
}

test("batch starts a service of its own, asks all questions of the files, and leaves nothing but the results", async () => {
  await using dir = await folder();
  const [questions, data, out] = ["questions.ndjson", "ae.csv", "results.ndjson"].map((name) => join(dir.path, name));
  await writeFile(data ?? "", CSV);
  await writeFile(questions ?? "", toLines(QUESTIONS));
  const { code, stdout, stderr } = await runCommand(["batch", questions ?? "", data ?? "", "--out", out ?? ""], {
    TMPDIR: dir.path,
  });
  expect(stderr).toMatch(/^bat_\w+\n[\s\S]*completed {3}2 total, 2 completed\n$/);
  expect(stdout).toBe("");
  expect(code).toBe(0);
  const results = await resultsIn(out ?? "");
  expect(results.map(({ line, custom_id, error }) => [line, custom_id, error])).toEqual([
    [1, "serious", null],
    [2, "all", null],
  ]);
  expect(results[0]?.research?.report?.answer).toContain("[E1]");
  expect((await readdir(dir.path)).sort()).toEqual(["ae.csv", "questions.ndjson", "results.ndjson"]);
}, 60_000);

test("batch on a running service prints the results and what is wrong, and does not call that a success", async () => {
  await using dir = await folder();
  await using served = await startServe({ PHARMADB_DATA_DIR: join(dir.path, "data") });
  const [questions, data] = [join(dir.path, "questions.ndjson"), join(dir.path, "ae.csv")];
  await writeFile(data, CSV);
  const file = await served.client.uploadFile(data);
  const good = { ...QUESTIONS[0], file_ids: [file.id] };
  await writeFile(questions, `${JSON.stringify(good)}\n\nnonsense\n${JSON.stringify(QUESTIONS[1])}`);
  const { code, stdout, stderr } = await runCommand(["batch", questions, "--url", served.url]);
  expect(stdout.trimEnd().split("\n")).toHaveLength(1);
  expect(BatchResult.parse(JSON.parse(stdout))).toMatchObject({ line: 1, research: { status: "completed" } });
  expect(stderr).toMatch(/line 3: The line is not JSON/);
  expect(stderr).toMatch(/line 4 \(all\): field "file_ids": There is nothing to search/);
  expect(code).toBe(1);
  const strict = await runCommand(["batch", questions, "--strict", "--url", served.url]);
  expect(strict.stderr).toContain("2 of 3 requests are not valid, and the batch is strict.");
  expect(strict.stdout).not.toContain('"report"');
  expect(strict.code).toBe(1);
}, 60_000);

test.each([
  { args: ["batch"], says: "no file of questions" },
  { args: ["batch", "/nowhere/questions.ndjson"], says: "/nowhere/questions.ndjson" },
])("the command line $args is refused with exit code 2 and the reason", async ({ args, says }) => {
  const { code, stderr } = await runCommand(args);
  expect(stderr).toContain(says);
  expect(code).toBe(2);
});
