import { z } from "zod";

/** The header that names a submission, for routes that make something. */
export const IdempotencyKey = z
  .string()
  .min(1, "A key has at least 1 character.")
  .max(255, "A key has at most 255 characters.")
  .optional()
  .meta({ description: "Makes it safe to send the same submission again." });
