import { existsSync, readdirSync } from "node:fs";
import { basename, resolve } from "node:path";
import type { JsonValue } from "@pharmadb/contracts";
import { expect, test } from "vitest";
import type { JobFile } from "../../job-file.ts";
import { openTestSandbox, type TestSandbox } from "../../testing/open-test-sandbox.ts";

const PILOT = resolve(import.meta.dirname, "../../../../../../shared/data/cdiscpilot01");

test.skipIf(!existsSync(PILOT))(
  "every data set of the CDISC pilot is the same from XPT and from CSV (skipped without ../shared)",
  { timeout: 120_000 },
  async () => {
    await using opened = await openTestSandbox();
    const names = readdirSync(`${PILOT}/csv`).map((file) => basename(file, ".csv"));
    const differing: string[] = [];
    for (const name of names) {
      const [xpt, csv] = [
        await opened.uploadFrom(`${PILOT}/xpt/${name}.xpt`),
        await opened.uploadFrom(`${PILOT}/csv/${name}.csv`),
      ];
      const files = [xpt, csv];
      const [left, right] = [await cellsOf(opened, files, name), await cellsOf(opened, files, `${name}_2`)];
      if (left.length !== right.length) differing.push(`${name}: ${left.length} and ${right.length} cells`);
      left.forEach((cell, index) => {
        if (!isSame(cell, right[index] ?? null)) differing.push(`${name} cell ${index}: ${cell} and ${right[index]}`);
      });
      expect(labelsOf(xpt), name).not.toContain(null);
    }
    expect(names.length).toBeGreaterThan(20);
    expect(differing).toEqual([]);
  },
);

/** Every cell as text: a CSV does not declare that a column of digits is text, a transport file does. */
async function cellsOf(opened: TestSandbox, files: JobFile[], table: string): Promise<JsonValue[]> {
  const limits = { maxRows: 100_000, maxBytes: 64 * 1024 * 1024 };
  const { rows } = await opened.query(files, `SELECT COLUMNS(*)::VARCHAR FROM ${table}`, limits);
  return rows.flat();
}

/** Numbers written in two ways are one number, also 08 and 8. The CSV has lost what is not ASCII. */
function isSame(left: JsonValue, right: JsonValue): boolean {
  if (left === right) return true;
  if (left === null || right === null) return false;
  return Number(left) === Number(right) || asciiOf(left) === asciiOf(right);
}

function labelsOf(file: JobFile): (string | null)[] {
  return "columns" in file.profile ? file.profile.columns.map((column) => column.label) : [];
}

function asciiOf(cell: JsonValue): string {
  return String(cell)
    .replace(/[^ -~]/g, "")
    .trimEnd();
}
