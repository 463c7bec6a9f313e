import { AppError } from "@pharmadb/contracts";
import type { Request, Response } from "express";

/** The one of these media types that the client likes best, the first where it does not mind. */
export function preferredType<T extends string>(request: Request, response: Response, types: readonly T[]): T {
  response.vary("Accept");
  const accepted = request.accepts([...types]);
  const type = types.find((candidate) => candidate === accepted);
  if (type === undefined) throw new AppError("not_acceptable", `This can be had as ${types.join(", ")}.`);
  return type;
}
