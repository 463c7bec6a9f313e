import { readdirSync, readFileSync, writeFileSync } from "node:fs";

/** What Linux counts processor time in, as it shows it. */
const MS_PER_TICK = 10;

/** One line of the summary. What is only told, without a target, is neither met nor not. */
export type Figure = { name: string; value: string; target: string; met: boolean | null };

/** The value below which this share of the sorted samples lies; 0.5 is the median. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export const median = (samples: readonly number[]): number => percentile(samples, 0.5);

/** Resident memory of a process in bytes, as the kernel counts it: now, and the highest since its start. */
export function residentBytes(pid: number): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return { now: kilobytes(status, "VmRSS"), peak: kilobytes(status, "VmHWM") };
}

/** Processor time of a process since its start, in milliseconds, in steps of 10. */
export function cpuMsOf(pid: number): number {
  // After the name in parentheses, which may itself hold spaces and parentheses.
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
}

/** From now on the kernel's highest resident memory of the process counts anew. */
export function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, "5");
}

/**
 * Memory of a process and all below it, in bytes. What several of them share, such as the code of Node, is counted
 * once in all: the kernel gives each its part.
 */
export function familyBytes(pid: number): { bytes: number; processes: number } {
  const family = familyOf(pid).flatMap((member) => {
    try {
      return [kilobytes(readFileSync(`/proc/${member}/smaps_rollup`, "utf8"), "Pss")];
    } catch {
      // It has ended since it was listed.
      return [];
    }
  });
  return { bytes: family.reduce((sum, bytes) => sum + bytes, 0), processes: family.length };
}

function familyOf(root: number): number[] {
  const children = Map.groupBy(
    readdirSync("/proc").filter((name) => /^\d+$/.test(name)),
    parentOf,
  );
  const family = [root];
  for (const member of family) family.push(...(children.get(member) ?? []).map(Number));
  return family;
}

function parentOf(pid: string): number {
  try {
    // The name in parentheses may itself hold spaces and parentheses.
    return Number(
      readFileSync(`/proc/${pid}/stat`, "utf8")
        .replace(/^.*\) \S+ /s, "")
        .split(" ", 1)[0],
    );
  } catch {
    return -1;
  }
}

function kilobytes(text: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(text)?.[1] ?? Number.NaN) * 1024;
}

/** Prints rows as a Markdown table under a title. */
export function printTable(title: string, columns: string[], rows: (string | number)[][]): void {
  const cells = (row: (string | number)[]) => `| ${row.join(" | ")} |`;
  console.log(`\n### ${title}\n`);
  console.log([cells(columns), cells(columns.map(() => "---")), ...rows.map(cells)].join("\n"));
}

/** Prints each figure with its target, and whether it is met. */
export function printSummary(figures: readonly Figure[]): void {
  const verdict = ({ met }: Figure) => (met === null ? "" : met ? "met" : "not met");
  printTable(
    "Summary",
    ["figure", "value", "target", ""],
    figures.map((figure) => [figure.name, figure.value, figure.target, verdict(figure)]),
  );
}

export const oneDecimal = (value: number): string => value.toFixed(1);
export const twoDecimals = (value: number): string => value.toFixed(2);
