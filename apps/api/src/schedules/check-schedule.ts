import { AppError, type SchedulePatch, unofferedFields } from "@pharmadb/contracts";
import type { RouteDeps } from "../deps.ts";
import { checkWebhookUrl } from "../webhooks/check-webhook-url.ts";

/** Refuses a question that would be refused if it were submitted now, and a URL to which nothing could be sent. */
export async function checkSchedule(
  deps: Pick<RouteDeps, "egress">,
  { research, webhook }: Pick<SchedulePatch, "research" | "webhook">,
  signal: AbortSignal,
): Promise<void> {
  const errors = research ? unofferedFields(research) : [];
  const named = errors.map(({ path, message }) => ({ path: `research.${path}`, message }));
  const [first] = named;
  if (first) throw new AppError("invalid_request", `body field "${first.path}": ${first.message}`, { errors: named });
  if (webhook) await checkWebhookUrl(deps, { url: webhook.url, field: "webhook.url" }, signal);
}
