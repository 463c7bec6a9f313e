import { readFileSync } from "node:fs";

/** The value below which this share of the sorted samples lies; 0.5 is the median. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Resident memory of a process in bytes, as the kernel counts it: now, and the highest since its start. */
export function residentBytes(pid: number): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const field = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? Number.NaN) * 1024;
  return { now: field("VmRSS"), peak: field("VmHWM") };
}

/** Prints rows as a Markdown table under a title. */
export function printTable(title: string, columns: string[], rows: (string | number)[][]): void {
  const cells = (row: (string | number)[]) => `| ${row.join(" | ")} |`;
  console.log(`\n### ${title}\n`);
  console.log([cells(columns), cells(columns.map(() => "---")), ...rows.map(cells)].join("\n"));
}

export const oneDecimal = (value: number): string => value.toFixed(1);
export const twoDecimals = (value: number): string => value.toFixed(2);
