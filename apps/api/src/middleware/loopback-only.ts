import { AppError } from "@pharmadb/contracts";
import type { Request, RequestHandler } from "express";

const LOOPBACK_NAME = /^(?:localhost|(?:[a-z0-9-]+\.)+localhost|127(?:\.\d{1,3}){3}|\[::1\])\.?(?::\d{1,5})?$/i;

/**
 * Guards a service that asks for no key, and so trusts whoever can connect, against the web pages open in a browser
 * on the same machine: one that points its own name at 127.0.0.1 (DNS rebinding), and one that just sends requests
 * without being able to read the answers.
 */
export const loopbackOnly: RequestHandler = (request, _response, next) => {
  const host = request.get("host") ?? "";
  if (!LOOPBACK_NAME.test(host)) {
    throw new AppError(
      "forbidden",
      "This service runs without keys and answers only to a loopback name such as localhost or 127.0.0.1 in the Host header.",
    );
  }
  if (isFromAnotherSite(request, host)) {
    throw new AppError("forbidden", "This service runs without keys and takes no requests from pages of other sites.");
  }
  next();
};

function isFromAnotherSite(request: Request, host: string): boolean {
  const origin = request.get("origin");
  if (origin !== undefined) return origin.toLowerCase() !== `http://${host}`.toLowerCase();
  const site = request.get("sec-fetch-site");
  // `none` is a bookmark or the address bar; following a link to here shows the page to its reader only.
  const reads = request.method === "GET" || request.method === "HEAD";
  const followsLink =
    reads && request.get("sec-fetch-mode") === "navigate" && request.get("sec-fetch-dest") === "document";
  return site !== undefined && site !== "same-origin" && site !== "none" && !followsLink;
}
