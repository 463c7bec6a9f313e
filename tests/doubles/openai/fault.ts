import type { ServerResponse } from "node:http";
import { ApiProblem } from "./api-problem.ts";

/** What goes wrong with one request instead of, or on the way of, its answer. */
export type Fault =
  /** An error answer, such as 429 with Retry-After or 500. */
  | { kind: "status"; status: number; retryAfterSeconds?: number; code?: string; message?: string }
  /** The connection ends before the first byte. */
  | { kind: "drop" }
  /** The connection ends in the middle of the body. */
  | { kind: "cut" }
  /** The body comes in small pieces with a pause before each. */
  | { kind: "drip"; bytes: number; everyMs: number }
  /** A page of a proxy, with status 200. */
  | { kind: "not_json" }
  /** Nothing ever comes. */
  | { kind: "hang" };

const TYPES: Record<number, string> = { 401: "authentication_error", 429: "rate_limit_error", 500: "server_error" };

/** The error answer of a `status` fault. */
export function statusProblem({ status, code, message }: Extract<Fault, { kind: "status" }>): ApiProblem {
  const type = TYPES[status] ?? (status >= 500 ? "server_error" : "invalid_request_error");
  return new ApiProblem(status, message ?? `The double was told to answer ${status}.`, { type, code: code ?? null });
}

/** Sends a body with the fault in its way. */
export function sendFaulty(response: ServerResponse, body: string, fault: Fault | null, stopped: AbortSignal): void {
  if (fault?.kind === "cut") {
    response.setHeader("content-length", Buffer.byteLength(body));
    response.write(body.slice(0, Math.ceil(body.length / 2)), () => response.socket?.destroy());
  } else if (fault?.kind === "drip") {
    drip(response, Buffer.from(body), fault, stopped);
  } else {
    response.end(body);
  }
}

function drip(response: ServerResponse, body: Buffer, fault: { bytes: number; everyMs: number }, stopped: AbortSignal) {
  let sent = 0;
  const timer = setInterval(() => {
    response.write(body.subarray(sent, sent + fault.bytes));
    sent += fault.bytes;
    if (sent < body.length) return;
    clearInterval(timer);
    response.end();
  }, fault.everyMs);
  const stop = () => clearInterval(timer);
  response.on("close", stop);
  stopped.addEventListener("abort", stop, { once: true });
}
