import type { Egress, EgressAnswer } from "@pharmadb/egress";
import {
  type AttemptOutcome,
  type ClaimedDelivery,
  recordAttempt,
  type Sql,
  tenantWebhookSecret,
} from "@pharmadb/store";
import type { Logger } from "@pharmadb/telemetry";
import { Webhook } from "standardwebhooks";
import { judgeAnswer } from "./judge-answer.ts";

export type AttemptDeps = { sql: Sql; egress: Egress; logger: Logger; schedule: readonly number[] };

const USER_AGENT = "PharmaDB-Research-Webhooks/1.0";
const KEPT_BYTES = 1024;

/** Sends a delivery once and writes down what came of it; says whether the receiver is down. */
export async function attemptDelivery(
  delivery: ClaimedDelivery,
  { sql, egress, logger, schedule }: AttemptDeps,
): Promise<{ isDown: boolean }> {
  const { id, tenantId, endpointId, attempt, disabledReason } = delivery;
  const log = logger.child({ delivery_id: id, tenant_id: tenantId, endpoint_id: endpointId, attempt });
  if (disabledReason !== null) {
    await recordAttempt(sql, delivery, givenUp(disabledReason));
    return { isDown: false };
  }
  const startedAt = performance.now();
  const answer = await send(delivery, { sql, egress });
  const latencyMs = Math.round(performance.now() - startedAt);
  const { isDown, ...verdict } = judgeAnswer(answer, { delivery, schedule });
  const got = answer instanceof Error ? null : answer;
  const outcome = { ...verdict, latencyMs, status: got?.status ?? null, answer: got && beginningOf(got) };
  const { disabled } = await recordAttempt(sql, delivery, outcome);
  const facts = { type: delivery.type, status: outcome.status, latency_ms: latencyMs };
  if (verdict.next === "delivered") log.info("webhook delivered", facts);
  // The words of the verdict, not the answer: what a receiver says is for its owner, who finds it with the delivery.
  else log.warn("webhook not delivered", { ...facts, ...nextOf(verdict.next), error: verdict.error });
  if (disabled !== null) log.warn("webhook endpoint disabled", { reason: disabled });
  return { isDown };
}

/** The answer, or why there is none. */
async function send(
  { id, tenantId, url, body, secrets }: ClaimedDelivery,
  { sql, egress }: Pick<AttemptDeps, "sql" | "egress">,
): Promise<EgressAnswer | Error> {
  const keys = secrets.length > 0 ? secrets : [await tenantWebhookSecret(sql, tenantId)];
  const now = new Date();
  const headers = {
    "content-type": "application/json",
    "user-agent": USER_AGENT,
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
    "webhook-signature": keys.map((secret) => new Webhook(secret).sign(id, now, body)).join(" "),
  };
  try {
    return await egress.fetch(url, { method: "POST", headers, body });
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}

function beginningOf({ body }: EgressAnswer): string {
  // As a stream, so that a character that is cut in two is left out.
  return new TextDecoder().decode(body.subarray(0, KEPT_BYTES), { stream: true });
}

function nextOf(next: AttemptOutcome["next"]) {
  return typeof next === "object" ? { again_in_ms: next.againInMs } : { given_up: true };
}

function givenUp(reason: string): AttemptOutcome {
  return { next: "failed", latencyMs: null, status: null, error: reason, answer: null, wentWell: null };
}
