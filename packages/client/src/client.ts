import { openAsBlob } from "node:fs";
import { basename } from "node:path";
import { Evidence, FileObject, Research, type ResearchEvent, type ResearchRequest } from "@pharmadb/contracts";
import { z } from "zod";
import { type BatchClient, createBatchClient } from "./batches.ts";
import { followEvents } from "./follow-events.ts";
import { type ClientOptions, createHttp } from "./http.ts";
import { createScheduleClient, type ScheduleClient } from "./schedules.ts";
import { createWebhookClient, type WebhookClient } from "./webhooks.ts";

/** What a caller writes into a request: fields with a default may be left out. */
export type SubmitRequest = Pick<ResearchRequest, "question"> & Partial<ResearchRequest>;

export type SubmitOptions = { idempotencyKey?: string; signal?: AbortSignal };

/** The service as functions. All throw AppErrors with the service's own code and message. */
export type Client = BatchClient & {
  webhooks: WebhookClient;
  schedules: ScheduleClient;
  uploadFile(path: string, options?: { name?: string; signal?: AbortSignal }): Promise<FileObject>;
  submit(request: SubmitRequest, options?: SubmitOptions): Promise<Research>;
  getResearch(id: string): Promise<Research>;
  /** The job once it has ended; asks by long poll. */
  waitForEnd(id: string, signal?: AbortSignal): Promise<Research>;
  follow(id: string, options?: { after?: number; signal?: AbortSignal }): AsyncGenerator<ResearchEvent>;
  getReport(id: string, format: "md" | "html"): Promise<string>;
  listEvidence(id: string): Promise<Evidence[]>;
  cancel(id: string): Promise<Research>;
};

const EvidenceList = z.object({ data: z.array(Evidence) });
const LONG_POLL_SECONDS = 30;

export function createClient(options: ClientOptions): Client {
  const http = createHttp(options);
  const research = (id: string, suffix = "") => `/api/v1/research/${encodeURIComponent(id)}${suffix}`;
  return {
    ...createBatchClient(http),
    webhooks: createWebhookClient(http),
    schedules: createScheduleClient(http),
    async uploadFile(path, { name = basename(path), signal } = {}) {
      const body = new FormData();
      // Backed by the file itself, so that its bytes are streamed.
      body.append("file", await openAsBlob(path), name);
      return http.json(FileObject, "/api/v1/files", { method: "POST", body, ...(signal && { signal }) });
    },
    submit: (request, { idempotencyKey, signal } = {}) =>
      http.json(Research, "/api/v1/research", {
        method: "POST",
        headers: {
          "content-type": "application/json",
          ...(idempotencyKey !== undefined && { "idempotency-key": idempotencyKey }),
        },
        body: JSON.stringify(request),
        ...(signal && { signal }),
      }),
    getResearch: (id) => http.json(Research, research(id)),
    async waitForEnd(id, signal) {
      for (;;) {
        const job = await http.json(Research, research(id, `?wait=${LONG_POLL_SECONDS}`), signal ? { signal } : {});
        if (job.finished_at !== null) return job;
      }
    },
    follow: (id, following) => followEvents(http, id, following),
    getReport: async (id, format) => (await http.send(research(id, `/report?format=${format}`))).text(),
    listEvidence: async (id) => (await http.json(EvidenceList, research(id, "/evidence"))).data,
    cancel: (id) => http.json(Research, research(id, "/cancel"), { method: "POST" }),
  };
}
