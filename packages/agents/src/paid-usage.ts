import { AppError } from "@pharmadb/contracts";
import type { ModelResponse } from "./model-client.ts";

/** What a call has cost whose answer is of no use: its client tells so in the details of the error. Null: nothing known. */
export function paidUsage(error: unknown): ModelResponse["usage"] | null {
  if (!(error instanceof AppError)) return null;
  const count = (key: string) => (typeof error.details[key] === "number" ? error.details[key] : 0);
  const usage = {
    input_tokens: count("input_tokens"),
    output_tokens: count("output_tokens"),
    cost_usd: count("cost_usd"),
  };
  return Object.values(usage).some((value) => value > 0) ? usage : null;
}
