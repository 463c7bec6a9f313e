import type { Request, Response } from "express";

/**
 * Tells a client that asked first (`Expect: 100-continue`) to send its body. Done where the body is read and not
 * before, so that a refused upload is never sent at all.
 */
export function continueBody(request: Request, response: Response): void {
  if (request.get("expect")?.toLowerCase() === "100-continue") response.writeContinue();
}
