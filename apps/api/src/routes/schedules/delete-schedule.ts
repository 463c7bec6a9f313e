import { deleteSchedule, withAudit } from "@pharmadb/store";
import { defineRoute } from "../../http/route.ts";
import { noSuchSchedule } from "../../schedules/missing.ts";
import { tellQueueOfEnd } from "../../schedules/tell-queue.ts";
import { ScheduleParams } from "./schedule-params.ts";

export const deleteScheduleRoute = defineRoute({
  method: "delete",
  path: "/api/v1/schedules/:id",
  operationId: "deleteSchedule",
  tag: "Schedules",
  scope: "write",
  summary: "Erase a schedule with the list of its runs",
  description: "The jobs that it has made stay, one that runs goes on.",
  params: ScheduleParams,
  responses: { "204": { description: "It is gone." } },
  problems: ["not_found"],
  async handle({ params: { id }, response, tenantId, actor, log }, deps) {
    const isDeleted = await withAudit(
      deps.sql,
      (sql) => deleteSchedule(sql, tenantId, id),
      (deleted) => (deleted ? { actor, action: "schedule.deleted", target: { type: "schedule", id } } : null),
    );
    if (!isDeleted) throw noSuchSchedule(id);
    await tellQueueOfEnd(deps, id, log);
    response.status(204).end();
  },
});
