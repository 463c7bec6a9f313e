import { z } from "zod";

const UNIT_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const LONGEST_RETRY_MS = 30 * UNIT_MS.d;

/** Times such as `5s,5m,2h` as milliseconds. */
export const RetrySchedule = z
  .string()
  .transform((text) => text.split(",").map((part) => part.trim()))
  .pipe(
    z
      .array(
        z
          .string()
          .regex(/^[1-9]\d{0,6}[smhd]$/, "must be times such as 5s,5m,2h,1d")
          .transform((text) => Number(text.slice(0, -1)) * UNIT_MS[text.slice(-1) as keyof typeof UNIT_MS])
          .refine((ms) => ms <= LONGEST_RETRY_MS, "a time must be at most 30d"),
      )
      .max(50, "must be at most 50 times"),
  );
