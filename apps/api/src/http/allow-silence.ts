import type { Request } from "express";

/** Lets the connection be silent until the answer, for work that takes longer than a client may be. */
export function allowSilence(request: Request): void {
  request.setTimeout(0);
}
