// What one job costs while many run at once: CPU and resident memory of the worker's process, on a model that takes
// 200 ms an answer. The floor of the time is the four answers that each job waits for, one after the other.
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startBenchChild } from "./child-process.ts";
import { oneDecimal, printTable, twoDecimals } from "./figures.ts";
import type { JobsAnswer } from "./worker-process.ts";

const LATENCY_MS = 200;
const ANSWERS_PER_JOB = 4;
const AT_ONCE = [10, 100, 500] as const;
const WARM_UP_JOBS = 20;
const MIB = 1024 * 1024;

async function measure(modelUrl: string, jobs: number): Promise<JobsAnswer> {
  const dataDir = await mkdtemp(join(tmpdir(), "pharmadb-bench-"));
  await using worker = await startBenchChild(new URL("./worker-process.ts", import.meta.url), [
    dataDir,
    modelUrl,
    String(jobs),
  ]);
  await worker.ask<JobsAnswer>({ jobs: WARM_UP_JOBS });
  return await worker.ask<JobsAnswer>({ jobs });
}

export async function benchJobs(): Promise<void> {
  await using double = await startBenchChild(new URL("./model-server.ts", import.meta.url), [String(LATENCY_MS)]);
  const { url } = await double.ask<{ url: string }>({});
  const rows: (string | number)[][] = [];
  for (const jobs of AT_ONCE) {
    const { wallMs, cpuMs, residentBefore, residentMost, completed } = await measure(url, jobs);
    rows.push([
      jobs,
      `${completed}/${jobs}`,
      oneDecimal(cpuMs / jobs),
      twoDecimals((residentMost - residentBefore) / jobs / MIB),
      Math.round(residentMost / MIB),
      twoDecimals(wallMs / (LATENCY_MS * ANSWERS_PER_JOB)),
    ]);
  }
  printTable(
    "Jobs at once, without files, on a model that takes 200 ms an answer (target: under 1 MiB a job)",
    ["at once", "completed", "CPU ms a job", "MiB a job", "MiB in all", "time ÷ model's time"],
    rows,
  );
}
