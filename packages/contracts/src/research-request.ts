import { z } from "zod";
import { idPattern } from "./ids.ts";
import { JsonObject, storableText } from "./json.ts";
import { WebhookUrl } from "./webhook.ts";

export const SOURCES = ["files", "openfda", "clinicaltrials", "pubmed", "rxnorm", "chembl"] as const;
export type Source = (typeof SOURCES)[number];

export const DEPTHS = ["quick", "standard", "deep"] as const;
export type Depth = (typeof DEPTHS)[number];

export const PRIORITIES = ["interactive", "batch"] as const;

const MAX_METADATA_PAIRS = 16;

// As it is kept, so that what is answered, compared and looked for is the same text.
export const Metadata = z
  .record(z.string().min(1).max(64).overwrite(storableText), z.string().max(512).overwrite(storableText))
  .refine((pairs) => Object.keys(pairs).length <= MAX_METADATA_PAIRS, {
    message: `At most ${MAX_METADATA_PAIRS} pairs.`,
  });

/** The body of `POST /api/v1/research`. */
export const ResearchRequest = z.strictObject({
  question: z
    .string()
    .trim()
    .min(3, "A question has at least 3 characters.")
    .max(8000, "A question has at most 8000 characters."),
  file_ids: z
    .array(z.string().regex(idPattern("file"), "Not a file id."))
    .max(50, "At most 50 files.")
    .refine((ids) => new Set(ids).size === ids.length, { message: "A file is named twice." })
    .default([]),
  sources: z.array(z.enum(SOURCES)).min(1, "Name at least one source, or leave the field out.").optional(),
  depth: z.enum(DEPTHS).default("standard"),
  priority: z.enum(PRIORITIES).default("interactive"),
  timeout_seconds: z.number().int().min(10).max(3600).optional(),
  budget: z
    .strictObject({
      max_tokens: z.number().int().min(1).optional(),
      max_cost_usd: z.number().positive().optional(),
    })
    .optional(),
  output_schema: JsonObject.optional(),
  webhook: z.strictObject({ url: WebhookUrl }).optional(),
  metadata: Metadata.default({}),
});
export type ResearchRequest = z.infer<typeof ResearchRequest>;

/** The body of `PATCH /api/v1/research/:id`. */
export const ResearchPatch = z.strictObject({
  metadata: Metadata.meta({ description: "Takes the place of all pairs that there are." }),
});

/** The answer to it: not the whole job, for who may write need not be one who may read its report. */
export const ResearchMetadata = z.object({
  id: z.string(),
  object: z.literal("research.metadata"),
  metadata: Metadata,
});
