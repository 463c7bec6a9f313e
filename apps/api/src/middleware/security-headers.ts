import type { RequestHandler } from "express";

const HEADERS = {
  // Answers are data; the few pages there are set a policy of their own.
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  // Kept by nobody but the client, and asked for anew each time, which is what the entity tags are for.
  "Cache-Control": "private, no-cache",
};

/** The headers that every answer has, so that a browser treats it as nothing but what it says it is. */
export const securityHeaders: RequestHandler = (_request, response, next) => {
  response.set(HEADERS);
  next();
};
