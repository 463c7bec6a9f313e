import { createHash, randomUUID } from "node:crypto";
import { mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { AppError } from "@pharmadb/contracts";
import type { Request, Response } from "express";
import { continueBody } from "../http/continue-body.ts";
import { cleanFileName } from "./file-name.ts";
import { readForm } from "./read-form.ts";

/** An uploaded file in a place of its own; gone when disposed, unless it has been moved away. */
export type ReceivedFile = AsyncDisposable & { name: string; path: string; bytes: number; sha256: string };

type Limits = { directory: string; maxBytes: number };

const FIELD = "file";
/** What the wrapping of one file in a form may take: boundaries and headers. */
const MAX_WRAPPING_BYTES = 64 * 1024;

/** Streams the one file of a multipart form to disk, with its hash taken on the way. */
export async function receiveFile(
  request: Request,
  response: Response,
  { directory, maxBytes }: Limits,
): Promise<ReceivedFile> {
  const boundary = boundaryOf(request);
  if (Number(request.get("content-length") ?? 0) > maxBytes + MAX_WRAPPING_BYTES) throw tooLarge(maxBytes);
  await using cleanup = new AsyncDisposableStack();
  await mkdir(directory, { recursive: true });
  const path = join(directory, randomUUID());
  cleanup.defer(() => rm(path, { force: true }));
  const received: { name: string; bytes: number; sha256: string }[] = [];
  let begun = false;

  continueBody(request, response);
  const form = { boundary, maxBytes: maxBytes + MAX_WRAPPING_BYTES, tooLarge: () => tooLarge(maxBytes) };
  await readForm(request, form, async ({ name, fileName }, part) => {
    if (name !== FIELD) throw refusal(name ?? "", `Unknown field; the form has one field, "${FIELD}".`);
    if (begun) throw refusal(FIELD, "One file an upload.");
    if (fileName === null) throw refusal(FIELD, "Not a file: it has no file name.");
    begun = true;
    const cleaned = cleanFileName(fileName);
    if (cleaned === "") throw refusal(FIELD, "The file has no name.");
    received.push({ name: cleaned, ...(await writeTo(path, part, maxBytes)) });
  });
  const [file] = received;
  if (!file) throw refusal(FIELD, "The file is missing.");
  const owned = cleanup.move();
  return { ...file, path, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function writeTo(path: string, part: Readable, maxBytes: number): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash("sha256");
  let bytes = 0;
  await using handle = await open(path, "wx", 0o600);
  for await (const chunk of part as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    hash.update(chunk);
    for (let at = 0; at < chunk.length; ) at += (await handle.write(chunk, at)).bytesWritten;
  }
  return { bytes, sha256: hash.digest("hex") };
}

function boundaryOf(request: Request): string {
  if (!request.is("multipart/form-data")) {
    throw new AppError("unsupported_media_type", `A file is uploaded as multipart/form-data, in the field "${FIELD}".`);
  }
  const [, quoted, token] =
    /;\s*boundary\s*=\s*(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(request.get("content-type") ?? "") ?? [];
  const boundary = quoted ?? token;
  if (boundary === undefined)
    throw new AppError("bad_request", "The content-type names no boundary of the form's parts.");
  return boundary;
}

function refusal(path: string, message: string): AppError {
  return new AppError("invalid_request", `form field "${path}": ${message}`, { errors: [{ path, message }] });
}

function tooLarge(maxBytes: number): AppError {
  return new AppError("payload_too_large", `A file has at most ${maxBytes} bytes.`);
}
