import { idPattern, listOf, Schedule } from "@pharmadb/contracts";
import { listSchedules } from "@pharmadb/store";
import { z } from "zod";
import { Limit, toList } from "../../http/list-page.ts";
import { defineRoute } from "../../http/route.ts";
import { jsonResponse } from "../../openapi/json-response.ts";

export const listSchedulesRoute = defineRoute({
  method: "get",
  path: "/api/v1/schedules",
  operationId: "listSchedules",
  tag: "Schedules",
  scope: "read",
  summary: "Schedules, newest first",
  query: z.strictObject({
    limit: Limit,
    after: z
      .string()
      .regex(idPattern("sch"), "Not a cursor of this list.")
      .optional()
      .meta({ description: "The `next_cursor` of the page before." }),
  }),
  responses: { "200": jsonResponse("A page of schedules.", listOf(Schedule)) },
  problems: ["invalid_request"],
  async handle({ query, response, tenantId }, deps) {
    response.json(toList(await listSchedules(deps.sql, tenantId, query)));
  },
});
