import { type DueDelivery, dueDeliveriesOf } from "@pharmadb/store";
import type { Logger } from "@pharmadb/telemetry";
import type { RouteDeps } from "../deps.ts";

/** Puts what is due on the list of the senders. Should that fail, they find it when they look around. */
export async function sendSoon(
  { queues }: Pick<RouteDeps, "queues">,
  due: readonly DueDelivery[],
  log: Logger,
): Promise<void> {
  try {
    await queues.webhooks.add(due);
  } catch (error) {
    log.warn("webhooks not queued yet", { error });
  }
}

/** The same for what the end of a job or batch has to tell. */
export async function sendEndSoon(deps: Pick<RouteDeps, "queues" | "sql">, id: string, log: Logger): Promise<void> {
  await sendSoon(deps, await dueDeliveriesOf(deps.sql, id), log);
}
