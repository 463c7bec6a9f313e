import type { RequestHandler } from "express";
import { isLogged, requestLog } from "../http/request-log.ts";
import { clientAddress } from "../limits/client-address.ts";

const QUIET = /^\/(?:healthz|readyz|metrics|docs\/)/;

/** One line for each answered request. The query is left out: its metadata filters are the client's data. */
export const accessLog: RequestHandler = (request, response, next) => {
  // Now, for a connection that is gone has no address any more.
  const client = clientAddress(request);
  const startedAt = performance.now();
  response.once("close", () => {
    const level = QUIET.test(request.path) ? "debug" : "info";
    if (!isLogged(response, level)) return;
    requestLog(response).log(level, "request", {
      method: request.method,
      path: request.path,
      client,
      status: response.statusCode,
      duration_ms: Math.round(performance.now() - startedAt),
      ...(response.writableFinished ? {} : { client_gone: true }),
    });
  });
  next();
};
