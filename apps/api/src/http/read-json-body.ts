import { AppError } from "@pharmadb/contracts";
import express, { type Request, type Response } from "express";
import { continueBody } from "./continue-body.ts";

export const MAX_JSON_BYTES = 1024 * 1024;
const MAX_DEPTH = 100;

const readJson = express.json({ limit: MAX_JSON_BYTES, strict: false, type: () => true });

/** The JSON in a request's body. */
export async function readJsonBody(request: Request, response: Response): Promise<unknown> {
  const type = request.is(["application/json", "application/*+json"]);
  if (type === null) throw new AppError("invalid_json", "The body is empty; this route wants a JSON object.");
  if (type === false) {
    throw new AppError("unsupported_media_type", "The body must be JSON, with content-type application/json.");
  }
  continueBody(request, response);
  await new Promise<void>((resolve, reject) => {
    readJson(request, response, (error?: unknown) => (error ? reject(error) : resolve()));
  });
  if (request.body === undefined)
    throw new AppError("invalid_json", "The body is empty; this route wants a JSON object.");
  checkDepth(request.body);
  return request.body;
}

/** Values are walked by recursion later on; a body of nothing but brackets would exhaust the stack there. */
function checkDepth(body: unknown): void {
  let level: unknown[] = [body];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) {
      throw new AppError("invalid_request", `The body is nested more than ${MAX_DEPTH} levels deep.`);
    }
    level = level.flatMap((value) => (value !== null && typeof value === "object" ? Object.values(value) : []));
  }
}
