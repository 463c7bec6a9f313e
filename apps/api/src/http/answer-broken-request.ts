import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { AppError, newId } from "@pharmadb/contracts";
import { toProblem } from "./problem.ts";

const STATUS_OF: Record<string, number> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 };

/** Answers what is no HTTP request, which never reaches the app. */
export function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const status = STATUS_OF[error.code ?? ""] ?? 400;
  const requestId = newId("req");
  const reason = new AppError("bad_request", "This is not a request that the service can read.");
  const body = JSON.stringify({ ...toProblem(reason, { instance: "/", requestId }), status });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    "Content-Type: application/problem+json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${requestId}`,
    "Connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}
