import { FileObject, idPattern, listOf } from "@pharmadb/contracts";
import { listFiles } from "@pharmadb/store";
import { z } from "zod";
import { Limit, toList } from "../../http/list-page.ts";
import { defineRoute } from "../../http/route.ts";
import { jsonResponse } from "../../openapi/json-response.ts";

export const listFilesRoute = defineRoute({
  method: "get",
  path: "/api/v1/files",
  operationId: "listFiles",
  tag: "Files",
  scope: "read",
  summary: "Files, newest first",
  query: z.strictObject({
    limit: Limit,
    after: z
      .string()
      .regex(idPattern("file"), "Not a cursor of this list.")
      .optional()
      .meta({ description: "The `next_cursor` of the page before." }),
  }),
  responses: { "200": jsonResponse("A page of files.", listOf(FileObject)) },
  problems: ["invalid_request"],
  async handle({ query, response, tenantId }, deps) {
    response.json(toList(await listFiles(deps.sql, tenantId, query)));
  },
});
