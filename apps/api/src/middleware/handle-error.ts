import type { Logger } from "@pharmadb/telemetry";
import type { ErrorRequestHandler } from "express";
import { requestLog } from "../http/answer-route.ts";
import { httpError, sendProblem } from "../http/problem.ts";

/** The one place where an error becomes an answer. */
export function handleError({ logger, lingerMs }: { logger: Logger; lingerMs: number }): ErrorRequestHandler {
  return (thrown, request, response, _next) => {
    const error = httpError(thrown);
    const gone = response.destroyed || (request.destroyed && !request.complete);
    if (error.status >= 500 && error.code !== "overloaded" && !gone) {
      requestLog(logger, response).error("request failed", { code: error.code, error: error.cause ?? error });
    }
    // Half an answer cannot be taken back; the broken connection tells the client that it is not whole.
    if (response.headersSent || gone) response.destroy();
    else sendProblem(request, response, error, lingerMs);
  };
}
