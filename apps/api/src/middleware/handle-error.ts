import type { ErrorRequestHandler } from "express";
import { httpError, sendProblem } from "../http/problem.ts";
import { requestLog } from "../http/request-log.ts";

/** The one place where an error becomes an answer. */
export function handleError({ lingerMs }: { lingerMs: number }): ErrorRequestHandler {
  return (thrown, request, response, _next) => {
    const error = httpError(thrown);
    const gone = response.destroyed || (request.destroyed && !request.complete);
    if (error.status >= 500 && error.code !== "overloaded" && !gone) {
      requestLog(response).error("request failed", { code: error.code, error: error.cause ?? error });
    }
    // Half an answer cannot be taken back; the broken connection tells the client that it is not whole.
    if (response.headersSent || gone) response.destroy();
    else sendProblem(request, response, error, lingerMs);
  };
}
