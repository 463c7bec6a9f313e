import { z } from "zod";
import { defineRoute } from "../../http/route.ts";
import { jsonResponse } from "../../openapi/json-response.ts";

const Health = z.object({ status: z.literal("ok") });

export const health = defineRoute({
  method: "get",
  path: "/healthz",
  operationId: "health",
  tag: "Operations",
  scope: "public",
  traffic: "unlimited",
  summary: "Whether the process lives",
  responses: { "200": jsonResponse("It does.", Health) },
  problems: [],
  handle({ response }) {
    response.json({ status: "ok" });
  },
});
