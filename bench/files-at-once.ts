// Many jobs at once, each with a table of its own that it queries: the memory of the worker and of all its sandboxes.
import { rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { startBenchChild } from "./child-process.ts";
import { type Figure, familyBytes, oneDecimal, printTable } from "./figures.ts";
import { eventRows, openFolder, writeRows } from "./made-files.ts";
import type { ModelServerAnswer } from "./model-server.ts";
import type { JobsAnswer } from "./worker-process.ts";

const LATENCY_MS = 200;
const JOBS = 200;
const ROWS = 200_000;
/** Taking a file needs seconds of CPU; what cannot be taken in this time is shared. */
const MAX_ACCEPT_MS = 60_000;
const SAMPLE_MS = 200;
const MIB = 1024 * 1024;
const TARGET_MIB = 1536;
const SQL = "SELECT ARM, count(DISTINCT USUBJID) AS subjects, avg(AVAL) AS mean FROM ae WHERE AESER = 'Y' GROUP BY ARM";

/** The highest memory of the process and all below it while `work` runs. */
async function watching<T>(pid: number, work: Promise<T>): Promise<{ result: T; most: number; processes: number }> {
  let most = 0;
  let processes = 0;
  const look = () => {
    const family = familyBytes(pid);
    if (family.bytes > most) ({ bytes: most, processes } = family);
  };
  const sampling = setInterval(look, SAMPLE_MS);
  try {
    return { result: await work, most, processes };
  } finally {
    clearInterval(sampling);
  }
}

export async function benchFilesAtOnce(): Promise<Figure[]> {
  await using folder = await openFolder();
  const modelArguments = [String(LATENCY_MS), SQL];
  await using double = await startBenchChild(new URL("./model-server.ts", import.meta.url), modelArguments);
  const { url } = await double.ask<ModelServerAnswer>({});
  const workerArguments = [join(folder.path, "data"), url, String(JOBS), String(availableParallelism())];
  await using worker = await startBenchChild(new URL("./worker-process.ts", import.meta.url), workerArguments);

  const path = join(folder.path, "ae.csv");
  const fileIds: string[] = [];
  const start = performance.now();
  while (fileIds.length < JOBS && performance.now() - start < MAX_ACCEPT_MS) {
    await writeRows(path, eventRows(ROWS, fileIds.length));
    fileIds.push((await worker.ask<{ id: string }>({ accept: path })).id);
    await rm(path);
  }
  const before = familyBytes(worker.pid).bytes;
  const work = worker.ask<JobsAnswer>({ jobs: JOBS, fileIds });
  const { result, most, processes } = await watching(worker.pid, work);
  printTable(
    `${JOBS} jobs at once, each with a table of 10 MB (${fileIds.length} different ones) and a query on it`,
    ["completed", "seconds", "MiB before", "MiB at the most", "processes then"],
    [
      [
        `${result.completed}/${JOBS}`,
        oneDecimal(result.wallMs / 1000),
        Math.round(before / MIB),
        Math.round(most / MIB),
        processes,
      ],
    ],
  );
  return [
    {
      name: `memory of all processes, ${JOBS} jobs with ${fileIds.length} tables of 10 MB`,
      value: `${Math.round(most / MIB)} MiB`,
      target: `under ${TARGET_MIB} MiB`,
      met: most / MIB < TARGET_MIB && result.completed === JOBS,
    },
  ];
}
