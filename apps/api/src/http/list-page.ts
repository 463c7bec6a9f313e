import { z } from "zod";

const MAX_LIMIT = 100;

/** `?limit=` of a list. */
export const Limit = z
  .string()
  .regex(/^\d{1,6}$/, "A whole number.")
  .transform(Number)
  .pipe(z.number().min(1, "At least 1.").max(MAX_LIMIT, `At most ${MAX_LIMIT}.`))
  .default(20)
  .meta({
    description: `How many items a page has, 1 to ${MAX_LIMIT}.`,
    override: { type: "integer", minimum: 1, maximum: MAX_LIMIT, default: 20 },
  });

export function toList<T>({ data, nextCursor }: { data: T[]; nextCursor: string | null }) {
  return { object: "list" as const, data, has_more: nextCursor !== null, next_cursor: nextCursor };
}
