import type { Verdict } from "@pharmadb/contracts";

/** How a verdict is shown: by sign and by words, since a sign alone is not read by everyone. */
export const VERDICT_MARKS = {
  supported: { sign: "✓", words: "supported" },
  partly_supported: { sign: "◐", words: "partly supported" },
  not_supported: { sign: "✗", words: "not supported" },
  not_checked: { sign: "○", words: "not checked by rules" },
} as const satisfies Record<Verdict, { sign: string; words: string }>;
