import { Schedule } from "@pharmadb/contracts";
import { getSchedule } from "@pharmadb/store";
import { defineRoute } from "../../http/route.ts";
import { jsonResponse } from "../../openapi/json-response.ts";
import { SCHEDULE_EXAMPLE } from "../../openapi/schedule-examples.ts";
import { noSuchSchedule } from "../../schedules/missing.ts";
import { ScheduleParams } from "./schedule-params.ts";

export const getScheduleRoute = defineRoute({
  method: "get",
  path: "/api/v1/schedules/:id",
  operationId: "getSchedule",
  tag: "Schedules",
  scope: "read",
  summary: "A schedule with its last run",
  params: ScheduleParams,
  responses: {
    "200": jsonResponse("The schedule.", Schedule, {
      examples: { one: { summary: "A schedule", value: SCHEDULE_EXAMPLE } },
    }),
  },
  problems: ["not_found"],
  async handle({ params: { id }, response, tenantId }, deps) {
    const schedule = await getSchedule(deps.sql, tenantId, id);
    if (!schedule) throw noSuchSchedule(id);
    response.json(schedule);
  },
});
