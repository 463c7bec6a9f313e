import type { Socket } from "node:net";
import { AppError } from "@pharmadb/contracts";
import type { Request, Response } from "express";
import { bodyIsArriving, sendProblem } from "./problem.ts";

/** In each span; the slowest line that is of any use is faster. */
const MIN_BYTES = 64 * 1024;

export type Pace = {
  /** How long a span is. */
  paceMs: number;
  /** Whether the body is small, and so has to be there at the end of the first span. */
  wholeBody: boolean;
};

/**
 * Ends a request whose body comes, or whose answer is taken, a byte now and then: it would keep its place from others
 * for as long as its client likes, and a few hundred of these are all places. Where it is we who are slow, nobody is
 * blamed.
 */
export function watchPace(request: Request, response: Response, { paceMs, wholeBody }: Pace): void {
  const { socket } = request;
  let received = socket.bytesRead;
  let taken = takenFrom(socket);
  const timer = setInterval(() => {
    const nowReceived = socket.bytesRead;
    const nowTaken = takenFrom(socket);
    if (waitsForBody(request, response) && (wholeBody || nowReceived - received < MIN_BYTES)) {
      const seconds = Math.round(paceMs / 1000);
      const wanted = wholeBody ? `It has to be there in ${seconds} s.` : `At least 64 KiB in ${seconds} s are wanted.`;
      // Whoever reads the body waits for more of it until the request is over.
      response.once("close", () => request.destroy());
      sendProblem(request, response, new AppError("request_timeout", `The body comes too slowly. ${wanted}`), 0);
    } else if (socket.writableLength > 0 && nowTaken - taken < MIN_BYTES) {
      response.destroy();
    }
    [received, taken] = [nowReceived, nowTaken];
  }, paceMs);
  timer.unref();
  response.once("close", () => clearInterval(timer));
}

/** Whether there is more to come of a body and nothing of it here that we have yet to read. */
function waitsForBody(request: Request, response: Response): boolean {
  const takesBody = request.method !== "GET" && request.method !== "HEAD";
  return takesBody && !response.headersSent && bodyIsArriving(request) && request.readableLength === 0;
}

/** Bytes that have left this process. */
function takenFrom(socket: Socket): number {
  return socket.bytesWritten - socket.writableLength;
}
