import { z } from "zod";
import { idPattern } from "./ids.ts";
import { Research, ResearchError } from "./research.ts";
import { Metadata, ResearchRequest } from "./research-request.ts";
import { WebhookUrl } from "./webhook.ts";

export const MAX_BATCH_REQUESTS = 50_000;
/** What a body or a file of requests may have. */
export const MAX_BATCH_BYTES = 200 * 1024 * 1024;
/** What one request of a batch may have, as a single one may. */
export const MAX_BATCH_LINE_BYTES = 1024 * 1024;

export const BATCH_STATUSES = ["validating", "running", "completed", "cancelled", "failed"] as const;
export type BatchStatus = (typeof BATCH_STATUSES)[number];

/** Whether a batch in this state has ended. */
export function isEndedBatch(status: BatchStatus): boolean {
  return status !== "validating" && status !== "running";
}

const MAX_CUSTOM_ID = 255;

const CustomId = z
  .string()
  .min(1, "A custom_id has at least 1 character.")
  .max(MAX_CUSTOM_ID, `A custom_id has at most ${MAX_CUSTOM_ID} characters.`)
  .refine((text) => text.isWellFormed() && !text.includes("\0"), { message: "Not a text that can be stored." })
  .meta({ description: "A name of your own for the request, unique in its batch." });

/** One request of a batch: a line of NDJSON, or an item of `requests`. */
export const BatchRequest = ResearchRequest.extend({
  custom_id: CustomId,
  priority: z
    .literal("batch", "The requests of a batch have the priority batch; leave the field out.")
    .default("batch"),
});
export type BatchRequest = z.infer<typeof BatchRequest>;

/** What may be said about a batch as a whole. */
export const BatchOptions = z.strictObject({
  webhook: z.strictObject({ url: WebhookUrl }).optional(),
  metadata: Metadata.default({}),
});
export type BatchOptions = z.infer<typeof BatchOptions>;

/** The body of `PATCH /api/v1/batches/:id`. */
export const BatchPatch = z.strictObject({
  metadata: Metadata.meta({ description: "Takes the place of all pairs that there are." }),
});

/** The JSON body of `POST /api/v1/batches` that brings its requests along. */
export const BatchBody = BatchOptions.extend({ requests: z.array(BatchRequest).min(1).max(MAX_BATCH_REQUESTS) });

/** The JSON body of `POST /api/v1/batches` whose requests are the lines of an uploaded file. */
export const FileBatchBody = BatchOptions.extend({
  input_file_id: z
    .string()
    .regex(idPattern("file"), "Not a file id.")
    .meta({ description: "The id of a file with one JSON object a line." }),
});

const Count = z.number().int().min(0);

export const BatchCounts = z.object({
  total: Count,
  queued: Count,
  running: Count,
  completed: Count,
  failed: Count,
  cancelled: Count,
  invalid: Count,
});
export type BatchCounts = z.infer<typeof BatchCounts>;

/** A batch as the client sees it. */
export const Batch = z.object({
  id: z.string(),
  object: z.literal("batch"),
  status: z.enum(BATCH_STATUSES),
  counts: BatchCounts,
  strict: z.boolean(),
  input_file_id: z.string().nullable(),
  metadata: z.record(z.string(), z.string()),
  error: ResearchError.nullable(),
  created_at: z.string(),
  cancel_requested_at: z.string().nullable(),
  finished_at: z.string().nullable(),
  expires_at: z.string().nullable(),
  links: z.object({
    self: z.string(),
    results: z.string(),
    errors: z.string(),
    events: z.string(),
    cancel: z.string(),
  }),
});
export type Batch = z.infer<typeof Batch>;

/** A line of `results`: a valid request that has ended. */
export const BatchResult = z.object({
  line: z.number().int().min(1).meta({ description: "The line that it was submitted in, or its place in `requests`." }),
  custom_id: z.string(),
  research: Research.nullable().meta({ description: "Null where the batch ended before a job was made of it." }),
  error: ResearchError.nullable().meta({ description: "Why there is no report; null where there is one." }),
});
export type BatchResult = z.infer<typeof BatchResult>;

/** A line of `errors`: a request that is not valid, or whose job has failed. */
export const BatchError = z.object({
  line: z.number().int().min(1).meta({ description: "The line that it was submitted in, or its place in `requests`." }),
  custom_id: z.string().nullable(),
  research_id: z.string().nullable().meta({ description: "The job that failed; null where the request is not valid." }),
  error: ResearchError,
  errors: z.array(z.object({ path: z.string(), message: z.string() })).meta({ description: "By field, where known." }),
});
export type BatchError = z.infer<typeof BatchError>;
