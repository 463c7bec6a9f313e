import { FileObject, newId } from "@pharmadb/contracts";
import { allowSilence } from "../../http/allow-silence.ts";
import { defineRoute } from "../../http/route.ts";
import { FILE_EXAMPLE } from "../../openapi/examples.ts";
import { jsonResponse } from "../../openapi/json-response.ts";
import { keepFile } from "../../uploads/keep-file.ts";
import { receiveFile } from "../../uploads/receive-file.ts";

export const uploadFile = defineRoute({
  method: "post",
  path: "/api/v1/files",
  operationId: "uploadFile",
  tag: "Files",
  scope: "write",
  summary: "Upload a file",
  description:
    "Tables: CSV, TSV, Parquet, JSON, NDJSON, XLSX, SAS XPT. Documents: PDF, DOCX, HTML, XML, Markdown, text. The answer tells what is in it.",
  requestBody: {
    required: true,
    content: {
      "multipart/form-data": {
        schema: {
          type: "object",
          required: ["file"],
          additionalProperties: false,
          properties: { file: { type: "string", format: "binary", description: "The file, with its name." } },
        },
      },
    },
  },
  responses: {
    "201": jsonResponse("The file.", FileObject, {
      headers: { Location: "The address of the file." },
      examples: { table: { summary: "A table", value: FILE_EXAMPLE } },
    }),
  },
  problems: ["invalid_request", "file_unreadable", "payload_too_large", "unsupported_media_type", "unavailable"],
  async handle({ request, response, tenantId, actor, log, signal }, deps) {
    const limits = { directory: deps.uploadDirectory, maxBytes: deps.config.maxFileBytes };
    await using received = await receiveFile(request, response, limits);
    allowSilence(request);
    const { name, path, bytes, sha256 } = received;
    const { kind, mediaType, profile } = await deps.sandbox.inspect({ name, path, bytes, sha256 }, signal);
    const created_at = new Date().toISOString();
    const file: FileObject = {
      id: newId("file"),
      object: "file",
      name,
      bytes,
      sha256,
      media_type: mediaType,
      kind,
      created_at,
      profile,
    };
    // From here on the client may go, the file stays.
    const stored = await keepFile(deps, { tenantId, file, path, by: actor }, log);
    response.status(201).location(`/api/v1/files/${stored.id}`).json(stored);
  },
});
