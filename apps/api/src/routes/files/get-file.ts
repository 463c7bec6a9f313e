import { FileObject } from "@pharmadb/contracts";
import { getFile } from "@pharmadb/store";
import { defineRoute } from "../../http/route.ts";
import { FILE_EXAMPLE } from "../../openapi/examples.ts";
import { jsonResponse } from "../../openapi/json-response.ts";
import { FileParams, noSuchFile } from "./file-params.ts";

export const getFileRoute = defineRoute({
  method: "get",
  path: "/api/v1/files/:id",
  operationId: "getFile",
  tag: "Files",
  scope: "read",
  summary: "A file and what is in it",
  params: FileParams,
  responses: {
    "200": jsonResponse("The file.", FileObject, { examples: { table: { summary: "A table", value: FILE_EXAMPLE } } }),
  },
  problems: ["not_found"],
  async handle({ params: { id }, response, tenantId }, deps) {
    const stored = await getFile(deps.sql, tenantId, id);
    if (!stored) throw noSuchFile(id);
    const { storage_key, ...file } = stored;
    response.json(file);
  },
});
