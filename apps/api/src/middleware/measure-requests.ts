import type { HttpMetrics } from "@pharmadb/telemetry";
import type { RequestHandler } from "express";

/** Measures each request until its answer is out, whatever came of it. */
export function measureRequests(metrics: Pick<HttpMetrics, "answered">): RequestHandler {
  return (request, response, next) => {
    const startedAt = performance.now();
    response.once("close", () => {
      metrics.answered({
        method: request.method,
        // Express has left the route here that it has found.
        route: (request.route as { path: string } | undefined)?.path ?? null,
        status: response.headersSent ? response.statusCode : null,
        seconds: (performance.now() - startedAt) / 1000,
      });
    });
    next();
  };
}
