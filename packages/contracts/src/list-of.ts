import { z } from "zod";

/** The body of a list answer. */
export function listOf<S extends z.ZodType>(item: S) {
  return z.object({
    object: z.literal("list"),
    data: z.array(item),
    has_more: z.boolean(),
    next_cursor: z.string().nullable().meta({ description: "Give it as `after` to get the next page." }),
  });
}
