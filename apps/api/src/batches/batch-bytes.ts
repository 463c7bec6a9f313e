import { createHash } from "node:crypto";
import { AppError, MAX_BATCH_BYTES } from "@pharmadb/contracts";
import type { Request, Response } from "express";
import { continueBody } from "../http/continue-body.ts";

export type BatchBytes = {
  chunks: AsyncIterable<Buffer>;
  /** The hash of all that has been read and of what came beside it. */
  sha256(): string;
};

/** The body of a request as it arrives, hashed on the way, and no more of it than a batch may have. */
export function batchBytes(request: Request, response: Response, beside: readonly string[]): BatchBytes {
  const encoding = request.get("content-encoding") ?? "identity";
  if (encoding !== "identity") {
    throw new AppError("unsupported_media_type", `A batch is sent as it is, not in the encoding ${encoding}.`);
  }
  if (Number(request.get("content-length") ?? 0) > MAX_BATCH_BYTES) throw tooLarge();
  const hash = createHash("sha256");
  for (const text of beside) hash.update(`${Buffer.byteLength(text)}:${text};`);
  async function* chunks(): AsyncGenerator<Buffer> {
    let bytes = 0;
    continueBody(request, response);
    // What is refused in the middle is answered, so the connection has to stay.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MAX_BATCH_BYTES) throw tooLarge();
      hash.update(chunk);
      yield chunk;
    }
  }
  return { chunks: chunks(), sha256: () => hash.copy().digest("hex") };
}

function tooLarge(): AppError {
  return new AppError(
    "payload_too_large",
    `The requests of a batch have at most ${MAX_BATCH_BYTES / 1024 / 1024} MiB.`,
  );
}
