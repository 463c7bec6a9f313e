import { AppError, isNestedTooDeep, MAX_JSON_DEPTH } from "@pharmadb/contracts";
import express, { type Request, type Response } from "express";
import { continueBody } from "./continue-body.ts";
import { checkJsonCharset, jsonText } from "./json-text.ts";

const MAX_JSON_BYTES = 1024 * 1024;

// Express's own JSON parser takes an empty body for `{}`, and reads bytes that are not UTF-8 as U+FFFD.
const readBytes = express.raw({ limit: MAX_JSON_BYTES, type: () => true });

/** The JSON in a request's body. */
export async function readJsonBody(request: Request, response: Response): Promise<unknown> {
  const type = request.is(["application/json", "application/*+json"]);
  if (type === null) throw emptyBody();
  if (type === false) {
    throw new AppError("unsupported_media_type", "The body must be JSON, with content-type application/json.");
  }
  checkJsonCharset(request.get("content-type") ?? type);
  continueBody(request, response);
  await new Promise<void>((resolve, reject) => {
    readBytes(request, response, (error?: unknown) => (error ? reject(error) : resolve()));
  });
  if (!Buffer.isBuffer(request.body)) throw emptyBody();
  const body = parseJson(jsonText(request.body));
  if (isNestedTooDeep(body)) {
    throw new AppError("invalid_request", `The body is nested more than ${MAX_JSON_DEPTH} levels deep.`);
  }
  return body;
}

function parseJson(text: string): unknown {
  if (text.trim() === "") throw emptyBody();
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : "";
    throw new AppError("invalid_json", `The body is not JSON: ${reason}`, { cause });
  }
}

function emptyBody(): AppError {
  return new AppError("invalid_json", "The body is empty; this route wants a JSON object.");
}
