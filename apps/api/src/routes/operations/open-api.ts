import { defineRoute } from "../../http/route.ts";

export const openApi = defineRoute({
  method: "get",
  path: "/openapi.json",
  operationId: "openApi",
  tag: "Operations",
  scope: "public",
  summary: "This document",
  responses: {
    "200": { description: "OpenAPI 3.1.", content: { "application/json": { schema: { type: "object" } } } },
  },
  problems: [],
  handle({ response }, deps) {
    response.type("application/json").send(deps.openApiDocument);
  },
});
