import { NewSchedule, Schedule } from "@pharmadb/contracts";
import { createSchedule, withAudit } from "@pharmadb/store";
import { defineRoute } from "../../http/route.ts";
import { jsonResponse } from "../../openapi/json-response.ts";
import { NEW_SCHEDULE_EXAMPLE, SCHEDULE_EXAMPLE } from "../../openapi/schedule-examples.ts";
import { checkSchedule } from "../../schedules/check-schedule.ts";
import { tellQueue } from "../../schedules/tell-queue.ts";

export const createScheduleRoute = defineRoute({
  method: "post",
  path: "/api/v1/schedules",
  operationId: "createSchedule",
  tag: "Schedules",
  scope: "write",
  summary: "Have a question asked again and again",
  description:
    "Each time submits `research` as a job of its own. A time is skipped while the job before has not ended, and where too many jobs wait; `runs` says so. Of times that pass while the service is down the last one is made up for. Files that a schedule names cannot be deleted.",
  body: NewSchedule,
  bodyExamples: { weekdays: { summary: "Each working day at six in Berlin", value: NEW_SCHEDULE_EXAMPLE } },
  responses: {
    "201": jsonResponse("The schedule.", Schedule, {
      headers: { Location: "The address of the schedule." },
      examples: { created: { summary: "A schedule", value: SCHEDULE_EXAMPLE } },
    }),
  },
  problems: ["invalid_json", "invalid_request", "conflict", "payload_too_large", "unsupported_media_type"],
  async handle({ body, response, tenantId, actor, signal, log }, deps) {
    await checkSchedule(deps, body, signal);
    const schedule = await withAudit(
      deps.sql,
      (sql) => createSchedule(sql, tenantId, body, new Date()),
      ({ id }) => ({ actor, action: "schedule.created", target: { type: "schedule", id } }),
    );
    await tellQueue(deps, schedule, log);
    response.status(201).set("Location", `/api/v1/schedules/${schedule.id}`).json(schedule);
  },
});
