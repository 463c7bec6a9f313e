import type { Progress } from "@pharmadb/contracts";

const PLANNED_PERCENT = 10;
const RESEARCHED_PERCENT = 75;
const DRAFTED_PERCENT = 90;
const VERIFIED_PERCENT = 97;

/** How far a job has come. Percents never fall, whatever order parallel steps finish in. */
export type ProgressMeter = {
  planned(stepCount: number): Progress;
  /** `share` of one step that is done, 0 to 1. */
  researched(step: number, share: number, message: string): Progress;
  drafted(): Progress;
  verified(): Progress;
};

/** A meter for one run; a replay moves it the same way again. */
export function createProgressMeter(): ProgressMeter {
  let shares: number[] = [];
  return {
    planned(stepCount) {
      shares = Array.from({ length: stepCount }, () => 0);
      const steps = stepCount === 1 ? "1 step" : `${stepCount} steps`;
      return { phase: "research", percent: PLANNED_PERCENT, message: `Planned ${steps}` };
    },
    researched(step, share, message) {
      shares[step - 1] = Math.max(shares[step - 1] ?? 0, Math.min(share, 1));
      const done = shares.reduce((sum, one) => sum + one, 0) / Math.max(shares.length, 1);
      const percent = Math.floor(PLANNED_PERCENT + done * (RESEARCHED_PERCENT - PLANNED_PERCENT));
      if (done < 1) return { phase: "research", percent, message };
      return { phase: "write", percent: RESEARCHED_PERCENT, message: "Writing the report" };
    },
    drafted: () => ({ phase: "verify", percent: DRAFTED_PERCENT, message: "Checking each statement" }),
    verified: () => ({ phase: "verify", percent: VERIFIED_PERCENT, message: "Checked each statement" }),
  };
}
