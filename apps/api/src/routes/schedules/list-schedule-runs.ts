import { idPattern, listOf, ScheduleRun } from "@pharmadb/contracts";
import { getSchedule, listScheduleRuns } from "@pharmadb/store";
import { z } from "zod";
import { noteRead } from "../../audit/note-reading.ts";
import { Limit, toList } from "../../http/list-page.ts";
import { defineRoute } from "../../http/route.ts";
import { jsonResponse } from "../../openapi/json-response.ts";
import { SCHEDULE_RUN_EXAMPLE } from "../../openapi/schedule-examples.ts";
import { noSuchSchedule } from "../../schedules/missing.ts";
import { ScheduleParams } from "./schedule-params.ts";

export const listScheduleRunsRoute = defineRoute({
  method: "get",
  path: "/api/v1/schedules/:id/runs",
  operationId: "listScheduleRuns",
  tag: "Schedules",
  scope: "read",
  summary: "What came of each time, newest first",
  description:
    "With what each report says otherwise than the one before. A run goes with its job, when that is deleted or expires.",
  params: ScheduleParams,
  query: z.strictObject({
    limit: Limit,
    after: z
      .string()
      .regex(idPattern("run"), "Not a cursor of this list.")
      .optional()
      .meta({ description: "The `next_cursor` of the page before." }),
  }),
  responses: {
    "200": jsonResponse("A page of runs.", listOf(ScheduleRun), {
      examples: {
        changed: {
          summary: "A number has changed",
          value: { object: "list", data: [SCHEDULE_RUN_EXAMPLE], has_more: false, next_cursor: null },
        },
      },
    }),
  },
  problems: ["not_found", "invalid_request"],
  async handle({ params: { id }, query, request, response, tenantId, actor }, deps) {
    if (!(await getSchedule(deps.sql, tenantId, id))) throw noSuchSchedule(id);
    const page = await listScheduleRuns(deps.sql, tenantId, { ...query, scheduleId: id });
    // Changes quote reports.
    const quoted = page.data.flatMap(({ changes, research_id }) =>
      changes && research_id !== null ? [research_id] : [],
    );
    if (quoted.length > 0) {
      const target = { type: "schedule", id };
      await noteRead(deps, { actor, request }, "schedule.runs_read", target, { research_ids: quoted });
    }
    response.json(toList(page));
  },
});
