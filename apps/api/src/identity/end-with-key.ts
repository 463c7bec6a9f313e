import type { Request, Response } from "express";
import { type Authenticate, bearerToken } from "./authenticate.ts";

/** Ends an answer that goes on, such as an event stream, soon after its key stops working. */
export function endWithKey(authenticate: Authenticate, request: Request, response: Response, everyMs: number): void {
  const token = bearerToken(request) ?? "";
  const timer = setInterval(() => {
    // A record that is away says nothing about the key.
    authenticate(token).then(
      (principal) => principal ?? response.destroy(),
      () => undefined,
    );
  }, everyMs);
  timer.unref();
  response.once("close", () => clearInterval(timer));
}
