import { setTimeout as pause } from "node:timers/promises";
import type { ApiProcess } from "@pharmadb/cli/testing";
import { questionNumber } from "./scripted-model.ts";

const CLIENTS = 8;
const PAUSE_MS = 250;
const GIVE_UP_MS = 60_000;

/**
 * Submits so many jobs, over `overMs` in all, by clients that send a submission again under its idempotency key while
 * it is not answered. Gives the id under which each was accepted.
 */
export async function submitJobs(
  apis: readonly ApiProcess[],
  {
    count,
    fileId,
    overMs,
    onAccepted,
  }: { count: number; fileId: string; overMs: number; onAccepted(n: number, id: string): void },
): Promise<string[]> {
  const ids: string[] = [];
  const start = performance.now();
  let next = 0;
  async function client(): Promise<void> {
    for (let n = next++; n < count; n = next++) {
      await pause(Math.max(0, start + (overMs * n) / count - performance.now()));
      const id = await submitUntilAccepted(apis, n, fileId);
      onAccepted(n, id);
      ids[n] = id;
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return ids;
}

async function submitUntilAccepted(apis: readonly ApiProcess[], n: number, fileId: string): Promise<string> {
  const body = { question: questionNumber(n), file_ids: [fileId], depth: "quick" as const };
  const end = performance.now() + GIVE_UP_MS;
  for (let turn = n; ; turn++) {
    const { client } = apis[turn % apis.length] as ApiProcess;
    try {
      return (await client.submit(body, { idempotencyKey: `study-${n}` })).id;
    } catch (error) {
      if (performance.now() > end) throw error;
      await pause(PAUSE_MS);
    }
  }
}
