import {
  MAX_STEPS,
  PLANNER_INSTRUCTIONS,
  PLANNER_MAX_OUTPUT_TOKENS,
  PlannerOutput,
  plannerPrompt,
} from "../roles/planner.ts";
import type { ResearchStep } from "../roles/researcher.ts";
import type { ResearchDesk } from "./run-researcher.ts";
import { type RoleDeps, runRole } from "./run-role.ts";

/** The steps of the research, as many as the depth allows; never none. */
export async function makePlan(desk: ResearchDesk, deps: RoleDeps, signal: AbortSignal): Promise<ResearchStep[]> {
  const { job, material, progress } = desk;
  const stepsOf = ({ steps }: PlannerOutput): ResearchStep[] => {
    const some = steps.slice(0, MAX_STEPS[job.depth]);
    return some.length > 0 ? some : [{ title: "Answer the question", question: job.question }];
  };
  const task = { question: job.question, depth: job.depth, ...material };
  const plan = await runRole(
    {
      key: "plan",
      role: "planner",
      instructions: PLANNER_INSTRUCTIONS,
      prompt: plannerPrompt(task),
      task,
      output: { name: "plan", schema: PlannerOutput },
      tools: [],
      maxTurns: 1,
      maxOutputTokens: PLANNER_MAX_OUTPUT_TOKENS,
      events: (output) => [
        {
          key: "plan.created",
          type: "plan.created",
          data: { understanding: output.understanding, steps: stepsOf(output) },
          progress: progress.planned(stepsOf(output).length),
        },
      ],
    },
    deps,
    signal,
  );
  const steps = stepsOf(plan);
  progress.planned(steps.length);
  return steps;
}
