import { z } from "zod";

const METADATA = "metadata.";

/** The `metadata.KEY` parameters as one field; a parameter named `metadata` itself stays the unknown one that it is. */
export function gatherMetadata(query: Record<string, unknown>): Record<string, unknown> {
  const [pairs, others] = [new Map<string, unknown>(), new Map<string, unknown>()];
  for (const [name, value] of Object.entries(query)) {
    if (name.startsWith(METADATA)) pairs.set(name.slice(METADATA.length), value);
    else others.set(name, value);
  }
  return { ...Object.fromEntries(others), ...(pairs.size > 0 ? { metadata: Object.fromEntries(pairs) } : {}) };
}

/** The schema of the gathered parameters, described as the client writes them. */
export function metadataQuery(pairs: z.ZodType<Record<string, string>>, description: string) {
  return pairs.optional().meta({
    description,
    param: { style: "form", explode: true },
    override: {
      type: "object",
      patternProperties: { "^metadata\\..+$": { type: "string" } },
      additionalProperties: false,
      example: { "metadata.study": "DEMO-01" },
    },
  });
}

/** Any pairs, to look for. */
export const AnyPairs = z.record(z.string().min(1), z.string());
