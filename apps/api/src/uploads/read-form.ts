import { once } from "node:events";
import type { Readable } from "node:stream";
import { Dicer } from "@fastify/busboy";
import { AppError } from "@pharmadb/contracts";
import type { Request } from "express";
import { type FormDataDisposition, readFormDataDisposition } from "./form-data-disposition.ts";

/** Reads one part of a form to its end. */
export type PartReader = (disposition: FormDataDisposition, part: Readable) => Promise<void>;

export type Form = {
  boundary: string;
  /** How many bytes the form may have in all, and what happens to one that has more. */
  maxBytes: number;
  tooLarge: () => AppError;
};

const MAX_PART_HEADERS = 20;

/**
 * Takes a multipart form apart as it arrives, at the pace at which its parts are read. The first failure ends it,
 * with no part left open; the request then is still there to be answered.
 */
export async function readForm(request: Request, form: Form, readPart: PartReader): Promise<void> {
  const dicer = new Dicer({ boundary: form.boundary, maxHeaderPairs: MAX_PART_HEADERS });
  const failure = Promise.withResolvers<never>();
  const parts: { stream: Readable; done: Promise<void> }[] = [];
  dicer.on("part", (stream) => {
    const header = once(stream, "header") as Promise<[Record<string, string[]>]>;
    const done = header.then(([headers]) => readPart(dispositionOf(headers), stream));
    done.catch(failure.reject);
    // Its reader meets it too, and may have made it: leaving a part in its middle breaks it. What counts is what the
    // reader says.
    stream.on("error", () => undefined);
    parts.push({ stream, done });
  });
  dicer.on("error", (cause) => failure.reject(brokenForm(cause)));
  let bytes = 0;
  const onData = (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > form.maxBytes) failure.reject(form.tooLarge());
  };
  // Also closes when all of it has been read, with parts still on their way to the disk.
  const onClose = () => request.complete || failure.reject(new AppError("cancelled", "The client has gone."));
  request.on("data", onData).once("close", onClose).once("error", failure.reject);
  const finished = once(dicer, "finish");
  finished.catch(() => undefined);
  try {
    request.pipe(dicer);
    await Promise.race([failure.promise, finished]);
    await Promise.race([failure.promise, Promise.all(parts.map(({ done }) => done))]);
  } catch (error) {
    request.unpipe(dicer);
    for (const { stream } of parts) stream.destroy(new AppError("cancelled", "The upload has ended early."));
    await Promise.allSettled(parts.map(({ done }) => done));
    throw error;
  } finally {
    request.off("data", onData).off("close", onClose).off("error", failure.reject);
  }
}

function dispositionOf(headers: Record<string, string[]>): FormDataDisposition {
  const disposition = readFormDataDisposition(headers["content-disposition"]?.[0] ?? "");
  if (!disposition) throw brokenForm(new Error("a part is no form-data"));
  return disposition;
}

function brokenForm(cause: Error): AppError {
  return new AppError("bad_request", `The multipart form is broken: ${cause.message}.`, { cause });
}
