// Writes the sample trial into samples/trial/. Run again, it writes the same bytes: `node samples/generate.ts`.
import { writeFileSync } from "node:fs";
import { type Cell, makeTrial, type Table } from "./trial-data.ts";
import { writeXpt } from "./write-xpt.ts";

const SEED = 20_260_101;

function csvCell(cell: Cell): string {
  const text = cell === null ? "" : String(cell);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The table as CSV (RFC 4180, `\n` line ends, a header line, nothing for a missing value). */
export function toCsv(table: Table): string {
  const lines = [table.columns.map((column) => column.name), ...table.rows];
  return `${lines.map((line) => line.map(csvCell).join(",")).join("\n")}\n`;
}

/** The table as SAS XPORT v5 with its labels; a column is numeric when every value in it is. */
export function toXpt(table: Table): Buffer {
  const variables = table.columns.map((column, index) => {
    const cells = table.rows.map((row) => row[index] ?? null);
    const isNumber = cells.every((cell) => cell === null || typeof cell === "number");
    const length = isNumber ? 8 : Math.max(1, ...cells.map((cell) => String(cell ?? "").length));
    return { ...column, kind: isNumber ? ("number" as const) : ("text" as const), length };
  });
  return writeXpt({ name: table.name.toUpperCase(), label: table.label, variables }, table.rows);
}

/** The sample files by name. */
export function sampleFiles(): Record<string, string | Buffer> {
  const { dm, ae, ex, lb, adsl } = makeTrial(SEED);
  return {
    "dm.csv": toCsv(dm),
    "ae.csv": toCsv(ae),
    "ex.csv": toCsv(ex),
    "lb.csv": toCsv(lb),
    "adsl.xpt": toXpt(adsl),
  };
}

if (import.meta.main) {
  for (const [name, content] of Object.entries(sampleFiles())) {
    writeFileSync(new URL(`./trial/${name}`, import.meta.url), content);
  }
}
