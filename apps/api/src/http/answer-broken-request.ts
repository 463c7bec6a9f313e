import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { AppError, newId } from "@pharmadb/contracts";
import { toProblem } from "./problem.ts";

const REASONS: Readonly<Record<string, () => AppError>> = {
  HPE_HEADER_OVERFLOW: () =>
    new AppError("headers_too_large", "The address and the headers of a request have at most 16 KiB."),
  ERR_HTTP_REQUEST_TIMEOUT: () => new AppError("request_timeout", "The request did not arrive in time."),
};

/** Answers what is no HTTP request, which never reaches the app. */
export function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const requestId = newId("req");
  const reason =
    REASONS[error.code ?? ""]?.() ?? new AppError("bad_request", "This is not a request that the service can read.");
  const { status } = reason;
  const body = JSON.stringify(toProblem(reason, { instance: "/", requestId }));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    "Content-Type: application/problem+json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${requestId}`,
    "Connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}
