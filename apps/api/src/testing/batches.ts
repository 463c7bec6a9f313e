import { Batch } from "@pharmadb/contracts";
import { tendBatch } from "@pharmadb/store";
import { expect } from "vitest";
import type { Answer } from "./call.ts";
import type { TestApi, TestParts } from "./start-test-api.ts";
import { claim, REPORT } from "./worker-side.ts";

export const BATCHES = "/api/v1/batches";

/** Requests about a file, as the objects that a client writes. */
export function requestsAbout(fileId: string, count: number): Record<string, unknown>[] {
  return Array.from({ length: count }, (_, index) => ({
    custom_id: `id-${index + 1}`,
    question: `Question ${index + 1}?`,
    file_ids: [fileId],
  }));
}

export const toLines = (requests: readonly unknown[]) => requests.map((each) => `${JSON.stringify(each)}\n`).join("");

/** Sends lines as a batch. */
export function sendLines({ call }: TestApi, lines: string | Buffer, query = "", headers = {}): Promise<Answer> {
  const body = typeof lines === "string" ? lines : new Uint8Array(lines);
  return call("POST", BATCHES + query, { headers: { "content-type": "application/x-ndjson", ...headers }, body });
}

/** Sends lines that are accepted; gives the batch. */
export async function submitBatch(api: TestApi, lines: string, query = ""): Promise<Batch> {
  const answer = await sendLines(api, lines, query);
  expect(answer.status, answer.text).toBe(202);
  return Batch.parse(answer.body);
}

export async function getBatch({ call }: TestApi, id: string): Promise<Batch> {
  return Batch.parse((await call("GET", `${BATCHES}/${id}`)).body);
}

/** Looks after a batch as a worker does; gives the jobs that have been made. */
export async function tend({ sql, queues }: TestParts, id: string, waiting = 100): Promise<string[]> {
  const { fed, changed } = await tendBatch(sql, id, { waiting });
  if (changed) await queues.wakeups.notify(id);
  return fed;
}

/** Runs a job as a worker does. */
export async function complete(parts: TestParts, researchId: string): Promise<void> {
  await (await claim(parts, researchId)).finish({ status: "completed", report: REPORT });
}

/** The objects in an NDJSON answer. */
export const linesOf = ({ text }: Answer): Record<string, unknown>[] =>
  text === ""
    ? []
    : text
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line));
