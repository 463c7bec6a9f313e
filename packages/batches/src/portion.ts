import type { BatchLine } from "@pharmadb/store";
import type { ReadLine } from "./read-request.ts";

/** What is stored by one statement: enough that statements do not count, and little enough to hold two of it. */
const MAX_LINES = 500;
const MAX_BYTES = 512 * 1024;

const LINE_BREAK = 0x0a;

/** Lines that are stored together. */
export type Portion = {
  /** Whether there is room for this one, too. An empty portion takes any. */
  takes(read: ReadLine): boolean;
  add(read: ReadLine, readBytes: number): void;
  content(): { lines: BatchLine[]; requests: Uint8Array; readLines: number; readBytes: number };
  clear(): void;
};

/**
 * A portion that keeps its requests as bytes in one place which it uses again and again: as texts they would outlive
 * the young part of V8's heap, one portion after the other, and the process would grow by most of the body.
 */
export function createPortion(): Portion {
  const own = Buffer.allocUnsafe(MAX_BYTES);
  let bytes = own;
  let used = 0;
  let requests = 0;
  let lines: BatchLine[] = [];
  let read = { readLines: 0, readBytes: 0 };
  return {
    takes(one) {
      const size = "error" in one ? 0 : one.requestBytes + 1;
      return lines.length === 0 || (lines.length < MAX_LINES && used + size <= bytes.length);
    },
    add(one, readBytes) {
      read = { readLines: one.line, readBytes };
      if ("error" in one) {
        lines.push(one);
        return;
      }
      const { requestJson, requestBytes, ...line } = one;
      if (requestBytes + 1 > bytes.length) bytes = Buffer.allocUnsafe(requestBytes + 1);
      used += bytes.write(requestJson, used);
      bytes[used++] = LINE_BREAK;
      lines.push({ ...line, place: ++requests });
    },
    content: () => ({ lines, requests: bytes.subarray(0, used), ...read }),
    clear() {
      bytes = own;
      used = 0;
      requests = 0;
      lines = [];
    },
  };
}
