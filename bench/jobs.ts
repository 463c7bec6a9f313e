// What one job costs while many run at once: CPU and resident memory of the worker's process, on a model that takes
// 200 ms an answer. The floor of the time is the four answers that each job waits for, one after the other; the floor
// of the CPU is the same four calls by the plain SDK in the same process.
import { startBenchChild } from "./child-process.ts";
import { type Figure, oneDecimal, printTable, twoDecimals } from "./figures.ts";
import { openFolder } from "./made-files.ts";
import type { ModelServerAnswer } from "./model-server.ts";
import type { JobsAnswer } from "./worker-process.ts";

const LATENCY_MS = 200;
const ANSWERS_PER_JOB = 4;
const AT_ONCE = [10, 100, 500] as const;
const WARM_UP_JOBS = 20;
const MIB = 1024 * 1024;
const TARGET_MIB = 1;

type Measured = JobsAnswer & { jobs: number; floorCpuMs: number };

async function measure(askModel: () => Promise<ModelServerAnswer>, jobs: number): Promise<Measured> {
  await using folder = await openFolder();
  const { url } = await askModel();
  await using worker = await startBenchChild(new URL("./worker-process.ts", import.meta.url), [
    folder.path,
    url,
    String(jobs),
  ]);
  await worker.ask<JobsAnswer>({ jobs: WARM_UP_JOBS });
  const { bodies } = await askModel();
  if (bodies.length !== ANSWERS_PER_JOB) throw new Error(`A job asks the model ${bodies.length} times.`);
  const answer = await worker.ask<JobsAnswer>({ jobs });
  await worker.ask({ floorOf: WARM_UP_JOBS, bodies });
  const { cpuMs: floorCpuMs } = await worker.ask<{ cpuMs: number }>({ floorOf: jobs, bodies });
  return { ...answer, jobs, floorCpuMs };
}

const memoryOf = ({ residentMost, residentBefore, jobs }: Measured) => (residentMost - residentBefore) / jobs / MIB;

export async function benchJobs(): Promise<Figure[]> {
  await using double = await startBenchChild(new URL("./model-server.ts", import.meta.url), [String(LATENCY_MS)]);
  const measured: Measured[] = [];
  for (const jobs of AT_ONCE) measured.push(await measure(() => double.ask({}), jobs));
  printTable(
    `Jobs at once, without files, on a model that takes ${LATENCY_MS} ms an answer (target: under ${TARGET_MIB} MiB a job)`,
    ["at once", "completed", "CPU ms a job", "plain SDK's", "÷", "MiB a job", "MiB in all", "time ÷ model's time"],
    measured.map((each) => [
      each.jobs,
      `${each.completed}/${each.jobs}`,
      oneDecimal(each.cpuMs / each.jobs),
      oneDecimal(each.floorCpuMs / each.jobs),
      oneDecimal(each.cpuMs / each.floorCpuMs),
      twoDecimals(memoryOf(each)),
      Math.round(each.residentMost / MIB),
      twoDecimals(each.wallMs / (LATENCY_MS * ANSWERS_PER_JOB)),
    ]),
  );
  return measured.flatMap((each): Figure[] => [
    {
      name: `memory of one of ${each.jobs} jobs at once`,
      value: `${twoDecimals(memoryOf(each))} MiB`,
      target: `under ${TARGET_MIB} MiB`,
      met: memoryOf(each) < TARGET_MIB && each.completed === each.jobs,
    },
    {
      name: `CPU of one of ${each.jobs} jobs at once (the plain SDK's part of it)`,
      value: `${oneDecimal(each.cpuMs / each.jobs)} ms (${oneDecimal(each.floorCpuMs / each.jobs)} ms)`,
      target: "",
      met: null,
    },
  ]);
}
