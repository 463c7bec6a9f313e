import { AppError, isTerminal, newId, Research, ResearchRequest, sha256OfJson } from "@pharmadb/contracts";
import { hasIdempotencyKey, type ResearchRecord } from "@pharmadb/store";
import { z } from "zod";
import { noteResearchRead } from "../../audit/note-reading.ts";
import type { RouteDeps } from "../../deps.ts";
import { IdempotencyKey } from "../../http/idempotency-key.ts";
import { MAX_WAIT_SECONDS, preferredWait } from "../../http/prefer.ts";
import { defineRoute, type Exchange } from "../../http/route.ts";
import { REQUEST_EXAMPLE, RESEARCH_EXAMPLE } from "../../openapi/examples.ts";
import { jsonResponse } from "../../openapi/json-response.ts";
import { expiryOf } from "../../research/expiry-of.ts";
import { sendResearch } from "../../research/send-research.ts";
import { researchPath } from "../../research/to-research.ts";
import { waitForResearch } from "../../research/wait-for-research.ts";
import { checkWebhookUrl } from "../../webhooks/check-webhook-url.ts";
import { checkWhatIsOffered } from "./what-is-offered.ts";

const HEADERS = {
  Location: "The address of the job.",
  "Retry-After": "Seconds after which to ask again.",
  ETag: "The job's version.",
};
const EXAMPLES = { running: { summary: "A job at work", value: RESEARCH_EXAMPLE } };

export const submitResearch = defineRoute({
  method: "post",
  path: "/api/v1/research",
  operationId: "submitResearch",
  tag: "Research",
  scope: "write",
  isSubmission: true,
  summary: "Submit a question",
  description: `The answer comes at once, the report later. \`Prefer: wait=N\` (at most ${MAX_WAIT_SECONDS}) holds the answer back for up to N seconds and gives the finished job where it ends in time. The same \`Idempotency-Key\` with the same body gives the same job for 24 hours.`,
  headers: z.object({
    "Idempotency-Key": IdempotencyKey,
    Prefer: z.string().optional().meta({ description: "`wait=N`, in seconds.", example: "wait=30" }),
  }),
  body: ResearchRequest,
  bodyExamples: { subjects: { summary: "A question about a table", value: REQUEST_EXAMPLE } },
  responses: {
    "202": jsonResponse("The job is accepted and not finished.", Research, { headers: HEADERS, examples: EXAMPLES }),
    "200": jsonResponse("The job, finished in the time that `Prefer` gave, or made before under this key.", Research, {
      headers: {
        ...HEADERS,
        "Idempotent-Replayed": "`true` where the key named a job made before.",
        "Preference-Applied": "The wait that was granted.",
      },
    }),
  },
  problems: ["invalid_json", "invalid_request", "idempotency_conflict", "payload_too_large", "unsupported_media_type"],
  async handle(exchange, deps) {
    const { body, headers, request, response, tenantId, actor } = exchange;
    checkWhatIsOffered(body);
    if (body.webhook) await checkWebhookUrl(deps, { url: body.webhook.url, field: "webhook.url" }, exchange.signal);
    const key = headers["Idempotency-Key"];
    await enterBacklog(deps, tenantId, key);
    const { outcome, research } = await deps.intake.create({
      tenantId,
      id: newId("res"),
      request: body,
      timeoutSeconds: body.timeout_seconds ?? null,
      expiresAt: expiryOf(deps.config),
      idempotency: key === undefined ? null : { key, bodySha256: sha256OfJson(z.json().parse(body)) },
      by: actor,
    });
    if (outcome === "conflict") {
      throw new AppError(
        "idempotency_conflict",
        `This Idempotency-Key was used with another body, for ${research.id}.`,
      );
    }
    if (outcome === "created") deps.dispatcher.poke();
    else response.set("Idempotent-Replayed", "true");
    const seconds = preferredWait(headers.Prefer);
    // Deleted while we waited: what was accepted is still the truth about this submission.
    const now = (seconds !== null && (await afterWait(deps, { id: research.id, seconds }, exchange))) || research;
    await noteResearchRead(deps, { actor, request }, now);
    response.set("Location", researchPath(research.id));
    sendResearch(response, now, outcome === "replayed" || isTerminal(now.status) ? 200 : 202);
  },
});

/** What a key names that was used before makes no new job, and so is never too much. */
async function enterBacklog({ backlog, sql }: RouteDeps, tenantId: string, key: string | undefined): Promise<void> {
  try {
    await backlog.enter(tenantId);
  } catch (refusal) {
    if (key === undefined || !(await hasIdempotencyKey(sql, tenantId, key))) throw refusal;
  }
}

async function afterWait(
  deps: RouteDeps,
  { id, seconds }: { id: string; seconds: number },
  {
    tenantId,
    response,
    signal,
  }: Pick<Exchange<unknown, unknown, unknown, unknown>, "tenantId" | "response" | "signal">,
): Promise<ResearchRecord | null> {
  response.set("Preference-Applied", `wait=${seconds}`);
  return waitForResearch(deps, { tenantId, id, seconds }, signal);
}
