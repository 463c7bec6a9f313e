import type { z } from "zod";
import type { ZodOpenApiHeadersObject, ZodOpenApiResponseObject } from "zod-openapi";

type Extras = {
  headers?: Record<string, string>;
  examples?: Record<string, { summary: string; value: unknown }>;
};

/** A JSON answer of this schema; `headers` by name and meaning. */
export function jsonResponse(
  description: string,
  schema: z.ZodType,
  { headers, examples }: Extras = {},
): ZodOpenApiResponseObject {
  return {
    description,
    ...(headers ? { headers: describeHeaders(headers) } : {}),
    content: { "application/json": { schema, ...(examples ? { examples } : {}) } },
  };
}

/** Headers that hold text, by name and meaning. */
export function describeHeaders(headers: Record<string, string>): ZodOpenApiHeadersObject {
  return Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: "string" as const } }]),
  );
}
