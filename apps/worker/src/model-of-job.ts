import type { ModelClient } from "@pharmadb/agents";
import type { ResearchRecord } from "@pharmadb/store";

/** The model as this job calls it: work of batches lets others go first. */
export function modelOfJob(model: ModelClient, { priority }: Pick<ResearchRecord, "priority">): ModelClient {
  return { ...model, respond: (request, signal) => model.respond({ ...request, priority }, signal) };
}
