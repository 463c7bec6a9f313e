import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type BatchLineState, listBatchLines, type Sql } from "@pharmadb/store";
import type { Request, Response } from "express";

/** Lines of a batch that are read at once: few, for each may come with a report of some hundred kilobytes. */
const PAGE = 32;

/** Answers with NDJSON, one line for each line of the batch that is of interest, as fast as the reader takes them. */
export async function streamLines(
  sql: Sql,
  { batchId, request, response }: { batchId: string; request: Request; response: Response },
  toLine: (state: BatchLineState) => object | null,
  signal: AbortSignal,
): Promise<void> {
  response.status(200).set({ "Content-Type": "application/x-ndjson; charset=utf-8", "X-Accel-Buffering": "no" });
  // Nothing is said of its length, so whoever has not got the end of the answer knows.
  if (request.method === "HEAD") return void response.end();
  response.flushHeaders();
  await pipeline(Readable.from(textOf(sql, batchId, toLine), { objectMode: false }), response, { signal });
}

async function* textOf(
  sql: Sql,
  batchId: string,
  toLine: (state: BatchLineState) => object | null,
): AsyncGenerator<string> {
  let after = 0;
  for (;;) {
    const states = await listBatchLines(sql, batchId, { after, limit: PAGE });
    for (const state of states) {
      const line = toLine(state);
      if (line) yield `${JSON.stringify(line)}\n`;
    }
    const last = states.at(-1);
    if (!last || states.length < PAGE) return;
    after = last.line;
  }
}
