import { AppError, type Usage } from "@pharmadb/contracts";
import type { Budget } from "../research-job.ts";

export type BudgetGuard = {
  /** Throws `budget_exceeded` when the job may not call a model again. */
  check(): void;
  /** The tokens that one answer may take: the role's own limit or what the budget leaves. */
  outputTokens(limit: number): number;
};

// Below this an answer is cut off for sure, and would be paid for in vain.
const LEAST_OUTPUT_TOKENS = 256;

/** Watches what a job has used so far, over all its attempts, against what its client allows. */
export function createBudgetGuard(budget: Budget | null, usage: () => Usage): BudgetGuard {
  const left = () => {
    const { input_tokens, output_tokens } = usage();
    return (budget?.max_tokens ?? Number.POSITIVE_INFINITY) - input_tokens - output_tokens;
  };
  return {
    check() {
      if (left() < LEAST_OUTPUT_TOKENS) throw spent(`${budget?.max_tokens} tokens`);
      const cost = budget?.max_cost_usd;
      if (cost !== undefined && usage().cost_usd >= cost) throw spent(`${cost} USD`);
    },
    outputTokens: (limit) => Math.min(limit, left()),
  };
}

function spent(what: string): AppError {
  return new AppError("budget_exceeded", `The budget of ${what} is spent.`);
}
