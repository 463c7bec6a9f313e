import { Schedule, SchedulePatch } from "@pharmadb/contracts";
import { updateSchedule, withAudit } from "@pharmadb/store";
import { defineRoute } from "../../http/route.ts";
import { jsonResponse } from "../../openapi/json-response.ts";
import { checkSchedule } from "../../schedules/check-schedule.ts";
import { noSuchSchedule } from "../../schedules/missing.ts";
import { tellQueue } from "../../schedules/tell-queue.ts";
import { ScheduleParams } from "./schedule-params.ts";

export const updateScheduleRoute = defineRoute({
  method: "patch",
  path: "/api/v1/schedules/:id",
  operationId: "updateSchedule",
  tag: "Schedules",
  scope: "write",
  summary: "Change a schedule, pause it or let it go on",
  description: "Jobs that have been made stay as they are. Times that pass while it is paused are not made up for.",
  params: ScheduleParams,
  body: SchedulePatch,
  bodyExamples: {
    pause: { summary: "Pause it", value: { paused: true } },
    later: {
      summary: "Two hours later, and without the one-off URL",
      value: { cron: "0 8 * * mon-fri", webhook: null },
    },
  },
  responses: { "200": jsonResponse("The schedule as it is now.", Schedule) },
  problems: ["not_found", "invalid_json", "invalid_request", "payload_too_large", "unsupported_media_type"],
  async handle({ params: { id }, body, response, tenantId, actor, signal, log }, deps) {
    await checkSchedule(deps, body, signal);
    const schedule = await withAudit(
      deps.sql,
      (sql) => updateSchedule(sql, tenantId, id, body, new Date()),
      (changed) =>
        changed && {
          actor,
          action: "schedule.updated",
          target: { type: "schedule", id },
          details: { fields: Object.keys(body) },
        },
    );
    if (!schedule) throw noSuchSchedule(id);
    await tellQueue(deps, schedule, log);
    response.json(schedule);
  },
});
