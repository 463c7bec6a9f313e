import { AppError, Research, type SkipReason } from "@pharmadb/contracts";
import { getResearch, runScheduleNow } from "@pharmadb/store";
import { defineRoute } from "../../http/route.ts";
import { jsonResponse } from "../../openapi/json-response.ts";
import { expiryOf } from "../../research/expiry-of.ts";
import { noSuchResearch } from "../../research/missing.ts";
import { sendResearch } from "../../research/send-research.ts";
import { researchPath } from "../../research/to-research.ts";
import { noSuchSchedule } from "../../schedules/missing.ts";
import { ScheduleParams } from "./schedule-params.ts";

const RETRY_AFTER_SECONDS = 5;

export const submitScheduled = defineRoute({
  method: "post",
  path: "/api/v1/schedules/:id/runs",
  operationId: "submitScheduled",
  tag: "Schedules",
  scope: "write",
  isSubmission: true,
  summary: "Run a schedule now",
  description:
    "Also one that is paused, and beside its times, which stay as they are. The report is compared and told as that of any other run.",
  params: ScheduleParams,
  responses: {
    "202": jsonResponse("The job.", Research, {
      headers: {
        Location: "The address of the job.",
        "Retry-After": "Seconds after which to ask again.",
        ETag: "The job's version.",
      },
    }),
  },
  problems: ["not_found", "conflict"],
  async handle({ params: { id }, response, tenantId, actor }, deps) {
    const { config, sql } = deps;
    const terms = { now: new Date(), maxQueued: config.maxQueuedPerTenant, expiresAt: expiryOf(config), by: actor };
    const made = await runScheduleNow(sql, tenantId, id, terms);
    if (!made) throw noSuchSchedule(id);
    if ("skipped" in made) throw refusalOf(made.skipped);
    deps.dispatcher.poke();
    const research = await getResearch(sql, tenantId, made.researchId);
    if (!research) throw noSuchResearch(made.researchId);
    response.set("Location", researchPath(research.id));
    sendResearch(response, research, 202);
  },
});

function refusalOf(reason: SkipReason): AppError {
  if (reason === "previous_unfinished") return new AppError("conflict", "The job before has not ended.");
  if (reason === "files_missing") return new AppError("conflict", "A file that the schedule names is gone.");
  const options = { retryAfterSeconds: RETRY_AFTER_SECONDS };
  return new AppError("rate_limited", "As many jobs wait as a tenant may have (MAX_QUEUED_PER_TENANT).", options);
}
