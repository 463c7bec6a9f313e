import { PassThrough, type Readable } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import { AppError } from "@pharmadb/contracts";
import type { Request } from "express";
import { expect, test } from "vitest";
import { readForm } from "./read-form.ts";

const HEAD = '--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n';

/** A form of which a part has begun to arrive. */
function arriving(): Request {
  const request = Object.assign(new PassThrough(), { complete: false });
  request.write(`${HEAD}${"1\n".repeat(50_000)}`);
  return request as unknown as Request;
}

const FORM = { boundary: "b", maxBytes: 1_000_000, tooLarge: () => new AppError("payload_too_large", "Too large.") };

test("a reader that has enough of a part says why, also when it takes its time to tidy up", async () => {
  async function readPart(_: unknown, part: Readable): Promise<void> {
    try {
      for await (const _chunk of part) throw new AppError("invalid_request", "Not that.");
    } finally {
      await nextTurn();
    }
  }
  await expect(readForm(arriving(), FORM, readPart)).rejects.toThrow("Not that.");
});
