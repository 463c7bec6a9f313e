import type { Usage } from "@pharmadb/contracts";
import { z } from "zod";

const Count = z.coerce.number();

/** The columns of `research` that count what the job has used. */
export const UsageColumns = z.object({
  model_calls: Count,
  tool_calls: Count,
  input_tokens: Count,
  output_tokens: Count,
  cost_usd: Count,
}) satisfies z.ZodType<Usage>;
