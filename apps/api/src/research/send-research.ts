import { isTerminal } from "@pharmadb/contracts";
import type { ResearchRecord } from "@pharmadb/store";
import type { Response } from "express";
import { researchEtag } from "./research-etag.ts";
import { toResearch } from "./to-research.ts";

/** Seconds after which it is worth asking again; a client that wants to know sooner waits or streams. */
const POLL_SECONDS = 2;

/** Answers with a job, and says when to ask again while it is not finished. */
export function sendResearch(response: Response, record: ResearchRecord, status: 200 | 202): void {
  if (!isTerminal(record.status)) response.set("Retry-After", String(POLL_SECONDS));
  response.status(status).set("ETag", researchEtag(record)).json(toResearch(record));
}
