import type { Logger } from "@pharmadb/telemetry";
import type { RequestHandler, Response } from "express";

/** Gives each request a log of its own, which has its id in every line. Comes after the id. */
export function bindRequestLog(logger: Logger): RequestHandler {
  return (_request, response, next) => {
    response.locals.logger = logger;
    next();
  };
}

/** From now on the request's lines say whose it is. */
export function bindTenant(response: Response, tenantId: string): void {
  response.locals.tenantId = tenantId;
  response.locals.log = undefined;
}

/** Whether lines of this level are written at all; else there is no need to make one. */
export function isLogged(response: Response, level: string): boolean {
  return response.locals.logger.isLevelEnabled(level);
}

/** The request's log; made when it is first asked for, since most requests write no more than one line. */
export function requestLog(response: Response): Logger {
  const { locals } = response;
  locals.log ??= locals.logger.child({
    request_id: locals.requestId,
    ...(locals.tenantId !== undefined && { tenant_id: locals.tenantId }),
  });
  return locals.log;
}
