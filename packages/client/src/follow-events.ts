import { isTerminalEvent, ResearchEvent } from "@pharmadb/contracts";
import { followStream } from "./follow-stream.ts";
import type { Http } from "./http.ts";

/** The events of a job from `after` (a `seq`; 0 for all) to its end, as they happen. */
export function followEvents(
  http: Http,
  researchId: string,
  options: { after?: number; signal?: AbortSignal } = {},
): AsyncGenerator<ResearchEvent> {
  const path = `/api/v1/research/${encodeURIComponent(researchId)}/events`;
  return followStream(http, { path, schema: ResearchEvent, isLast: ({ type }) => isTerminalEvent(type) }, options);
}
