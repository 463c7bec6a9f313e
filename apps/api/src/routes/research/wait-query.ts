import { z } from "zod";
import { MAX_WAIT_SECONDS } from "../../http/prefer.ts";

/** `?wait=`: how long the answer may be held back until the job has ended. */
export const Wait = z
  .string()
  .regex(/^\d{1,6}$/, "A whole number of seconds.")
  .transform(Number)
  .pipe(z.number().max(MAX_WAIT_SECONDS, `At most ${MAX_WAIT_SECONDS} seconds.`))
  .optional()
  .meta({
    description: `Seconds to wait for the job to end, 0 to ${MAX_WAIT_SECONDS}; the answer then is the job as it is.`,
    override: { type: "integer", minimum: 0, maximum: MAX_WAIT_SECONDS },
  });
