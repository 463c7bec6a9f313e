import type { Queues } from "@pharmadb/queue";
import { dueDeliveriesOf, type Sql } from "@pharmadb/store";
import type { Logger } from "@pharmadb/telemetry";

/** Sends off at once what the end of a job or batch has to tell. Should that fail, the look for what is due finds it. */
export async function queueDeliveries(
  { sql, queues, logger }: { sql: Sql; queues: Pick<Queues, "webhooks">; logger: Logger },
  subjectId: string,
): Promise<void> {
  try {
    await queues.webhooks.add(await dueDeliveriesOf(sql, subjectId));
  } catch (error) {
    logger.warn("webhooks not queued yet", { subject_id: subjectId, error });
  }
}
