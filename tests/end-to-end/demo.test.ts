import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const DEMO = fileURLToPath(new URL("../../samples/demo.ts", import.meta.url));

test("the demo answers its three questions from the sample files, shows its evidence and ends with 0", async () => {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [DEMO], { maxBuffer: 10 * 1024 * 1024 });
  expect(stderr).toBe("");
  expect(stdout.match(/research\.completed/g)).toHaveLength(3);
  // Counted in the sample files by hand, with awk.
  expect(stdout).toMatch(/Placebo: 3 subjects; Veltraxin 10 mg: 9; Veltraxin 20 mg: 9 \(.*\) \[E1\]/);
  expect(stdout).toMatch(/Placebo: 8% \(4 of 50 subjects\)/);
  expect(stdout).toContain("Worst Itch Numeric Rating Scale");
  expect(stdout).toMatch(/\[E1\] tables_query · .*ae\.csv/);
  expect(stdout).toMatch(/ {5}select .*\n {5}from ae/);
}, 60_000);
