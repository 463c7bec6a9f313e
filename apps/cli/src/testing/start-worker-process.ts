import { type ProcessOptions, startProcess, type TestProcess } from "./start-process.ts";

/** `pharmadb worker` as a process of its own, once it takes jobs or waits for a queue to take them from. */
export function startWorkerProcess(options: ProcessOptions): Promise<TestProcess> {
  return startProcess("worker", options, /worker serves/);
}
