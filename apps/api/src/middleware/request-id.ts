import { newId } from "@pharmadb/contracts";
import type { RequestHandler } from "express";

const SANE = /^[\w.:=+/@-]{1,128}$/;

/** Gives the request an id, the client's own where it sent one that is safe to log and to send back. */
export const requestId: RequestHandler = (request, response, next) => {
  const sent = request.get("x-request-id");
  const id = sent !== undefined && SANE.test(sent) ? sent : newId("req");
  response.locals.requestId = id;
  response.set("X-Request-Id", id);
  next();
};
