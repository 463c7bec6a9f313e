import { once } from "node:events";
import { pipeline } from "node:stream/promises";
import { AppError } from "@pharmadb/contracts";
import { getFile, type StoredFile } from "@pharmadb/store";
import type { Response } from "express";
import { z } from "zod";
import { noteRead } from "../../audit/note-reading.ts";
import { type ByteRange, readByteRange } from "../../http/byte-range.ts";
import { attachment } from "../../http/content-disposition.ts";
import { matchesEtag } from "../../http/etag.ts";
import { defineRoute } from "../../http/route.ts";
import { describeHeaders } from "../../openapi/json-response.ts";
import { FileParams, noSuchFile } from "./file-params.ts";

const BINARY = { "*/*": { schema: { type: "string" as const, format: "binary" } } };
const HEADERS = {
  ETag: "The SHA-256 of the bytes.",
  "Content-Disposition": "The name to save it under.",
  "Accept-Ranges": "`bytes`.",
};

export const getFileContent = defineRoute({
  method: "get",
  path: "/api/v1/files/:id/content",
  operationId: "getFileContent",
  tag: "Files",
  scope: "read",
  summary: "The bytes of a file",
  description: "Answers one byte range; of several ranges it sends the whole file.",
  params: FileParams,
  headers: z.object({
    Range: z.string().optional().meta({ description: "One range of bytes.", example: "bytes=0-1023" }),
    "If-Range": z.string().optional().meta({ description: "The range is meant only while the `ETag` is this." }),
    "If-None-Match": z.string().optional().meta({ description: "The `ETag` that you have; unchanged: 304." }),
  }),
  responses: {
    "200": { description: "All bytes.", headers: describeHeaders(HEADERS), content: BINARY },
    "206": {
      description: "The bytes of the range.",
      headers: describeHeaders({ ...HEADERS, "Content-Range": "Which bytes of how many." }),
      content: BINARY,
    },
    "304": { description: "The bytes are those that you have." },
  },
  problems: ["not_found", "range_not_satisfiable"],
  async handle({ params: { id }, headers, request, response, tenantId, actor, signal }, deps) {
    const file = await getFile(deps.sql, tenantId, id);
    if (!file) throw noSuchFile(id);
    const etag = `"${file.sha256}"`;
    if (matchesEtag(headers["If-None-Match"], etag)) {
      response.status(304).set("ETag", etag).end();
      return;
    }
    const sameBytes = headers["If-Range"] === undefined || headers["If-Range"].trim() === etag;
    const range = readByteRange(sameBytes ? headers.Range : undefined, file.bytes);
    if (range === "unsatisfiable") {
      response.set("Content-Range", `bytes */${file.bytes}`);
      throw new AppError("range_not_satisfiable", `The file has ${file.bytes} bytes.`);
    }
    await noteRead(deps, { actor, request }, "file.read", { type: "file", id });
    // After the trail: a stream that failed while nobody listens to it would end the process.
    const stream =
      request.method === "HEAD" ? null : deps.files.read(file.storage_key, ...(range === "whole" ? [] : [range]));
    // Before the headers: bytes that cannot be read are an error answer then, not a broken one.
    if (stream) await once(stream, "readable");
    describe(response, file, range);
    if (stream) await pipeline(stream, response, { signal });
    else response.end();
  },
});

function describe(response: Response, file: StoredFile, range: ByteRange | "whole"): void {
  const length = range === "whole" ? file.bytes : range.end - range.start + 1;
  if (range !== "whole") {
    response.status(206).set("Content-Range", `bytes ${range.start}-${range.end}/${file.bytes}`);
  }
  // Not by `set`, which would add that the text is UTF-8: it is what was uploaded.
  response.setHeader("Content-Type", file.media_type);
  response.set({
    "Content-Length": String(length),
    "Content-Disposition": attachment(file.name),
    "Accept-Ranges": "bytes",
    ETag: `"${file.sha256}"`,
    // A browser that opens it all the same runs nothing of it.
    "Content-Security-Policy": "default-src 'none'; sandbox",
  });
}
