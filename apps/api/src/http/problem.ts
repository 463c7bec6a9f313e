import { AppError, ERROR_CODES, type Problem, toAppError } from "@pharmadb/contracts";
import { RecordUnreachable } from "@pharmadb/store";
import type { Request, Response } from "express";

/** A server that is started again is there by then, most of the time. */
const RECORD_AWAY_SECONDS = 2;

/** An error as its problem document. Unknown errors have become `internal` before, without their message. */
export function toProblem(error: AppError, { instance, requestId }: { instance: string; requestId: string }): Problem {
  return {
    type: `urn:pharmadb:problem:${error.code}`,
    title: ERROR_CODES[error.code].title,
    status: error.status,
    detail: detailOf(error),
    instance,
    code: error.code,
    request_id: requestId,
    ...(error.errors.length > 0 ? { errors: error.errors } : {}),
  };
}

/** The message names the first fault; who reads no further is to know that it is not the last. */
function detailOf({ message, errors }: AppError): string {
  return errors.length > 1 ? `${message} … and ${errors.length - 1} more` : message;
}

/** The error as an AppError; those of Express and its body parser by their status and type. */
export function httpError(error: unknown): AppError {
  if (error instanceof RecordUnreachable) {
    const options = { cause: error, retryAfterSeconds: RECORD_AWAY_SECONDS };
    return new AppError("unavailable", "The service's record cannot be reached. Try again in a moment.", options);
  }
  if (error instanceof AppError || !(error instanceof Error) || !("status" in error)) return toAppError(error);
  const options = { cause: error };
  if (error.status === 413) return new AppError("payload_too_large", "A JSON body has at most 1 MiB.", options);
  if (error.status === 415) return new AppError("unsupported_media_type", `${error.message}.`, options);
  // Decoding the path, a body shorter than its announced length, a broken compression.
  if (error.status === 400) return new AppError("bad_request", "The request could not be decoded.", options);
  return toAppError(error);
}

const HEADERS_OF_SUCCESS = ["ETag", "Content-Disposition", "Accept-Ranges", "Location", "Preference-Applied"];

/** Answers with the problem document of an error. */
export function sendProblem(request: Request, response: Response, error: AppError, lingerMs: number): void {
  for (const name of HEADERS_OF_SUCCESS) response.removeHeader(name);
  const problem = toProblem(error, { instance: pathOf(request), requestId: response.locals.requestId });
  if (error.retryAfterSeconds !== null) response.set("Retry-After", String(error.retryAfterSeconds));
  const body = Buffer.from(JSON.stringify(problem));
  response.status(error.status).set({
    "Content-Type": "application/problem+json",
    "Content-Length": String(body.length),
    "Cache-Control": "no-store",
  });
  if (request.method === "HEAD") response.end();
  else if (bodyIsArriving(request)) answerThenLinger(request, response, body, lingerMs);
  else response.end(body);
}

function pathOf(request: Request): string {
  return request.originalUrl.split("?", 1)[0] ?? "/";
}

/** Whether there is more to come of the body. */
export function bodyIsArriving(request: Request): boolean {
  const announced = request.get("transfer-encoding") !== undefined || Number(request.get("content-length") ?? 0) > 0;
  return announced && !request.complete;
}

/**
 * A client that is still sending reads its answer only if the connection stays for a moment: closing on unread data
 * resets it. The answer is out in full at once; what still arrives is thrown away.
 */
function answerThenLinger(request: Request, response: Response, body: Buffer, lingerMs: number): void {
  response.set("Connection", "close");
  response.write(body);
  const timer = setTimeout(() => response.end(), lingerMs);
  const end = () => {
    clearTimeout(timer);
    response.end();
  };
  request.once("end", end);
  request.once("error", end);
  response.once("close", () => clearTimeout(timer));
  request.resume();
}
