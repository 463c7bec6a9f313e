import type { Logger } from "@pharmadb/telemetry";
import type { RequestHandler, Response } from "express";

/** Gives each request a log of its own, which has its id in every line. Comes after the id. */
export function bindRequestLog(logger: Logger): RequestHandler {
  return (_request, response, next) => {
    response.locals.log = logger.child({ request_id: response.locals.requestId });
    next();
  };
}

/** From now on the request's lines say whose it is. */
export function bindTenant(response: Response, tenantId: string): void {
  response.locals.log = requestLog(response).child({ tenant_id: tenantId });
}

export function requestLog(response: Response): Logger {
  return response.locals.log;
}
