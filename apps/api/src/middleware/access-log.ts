import type { Logger } from "@pharmadb/telemetry";
import type { RequestHandler } from "express";
import { clientAddress } from "../limits/client-address.ts";

const QUIET = /^\/(?:healthz|readyz|metrics|docs\/)/;

/** One line for each answered request. The query is left out: its metadata filters are the client's data. */
export function accessLog(logger: Logger): RequestHandler {
  return (request, response, next) => {
    // Now, for a connection that is gone has no address any more.
    const client = clientAddress(request);
    const startedAt = performance.now();
    response.once("close", () => {
      logger.log({
        level: QUIET.test(request.path) ? "debug" : "info",
        message: "request",
        method: request.method,
        path: request.path,
        client,
        status: response.statusCode,
        duration_ms: Math.round(performance.now() - startedAt),
        request_id: response.locals.requestId,
        ...(response.writableFinished ? {} : { client_gone: true }),
      });
    });
    next();
  };
}
