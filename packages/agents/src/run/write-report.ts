import type { ResearchStep } from "../roles/researcher.ts";
import {
  type Note,
  WRITER_INSTRUCTIONS,
  WRITER_MAX_OUTPUT_TOKENS,
  WriterOutput,
  writerPrompt,
} from "../roles/writer.ts";
import { earlyEnd } from "./early-end.ts";
import { partialDraft } from "./partial-draft.ts";
import type { Researched } from "./research-steps.ts";
import type { ResearchDesk } from "./run-researcher.ts";
import { type RoleDeps, runRole } from "./run-role.ts";

export type WrittenDraft = WriterOutput & { partial: boolean };

/** The writer's draft; where budget or time are up before it is written, one put together from the notes by rule. */
export async function writeReport(
  steps: readonly ResearchStep[],
  { notes, failed }: Researched,
  desk: ResearchDesk,
  deps: RoleDeps,
  signal: AbortSignal,
): Promise<WrittenDraft> {
  const partial = failed.some(({ early }) => early);
  try {
    return { ...(await askWriter(steps, notes, desk, deps, signal)), partial };
  } catch (error) {
    const end = earlyEnd(error, signal);
    const draft = end && partialDraft(desk.job.question, notes, desk.evidence, end.message);
    if (!draft) throw end ?? error;
    const { findings } = draft;
    const data = { findings: findings.length, partial: true };
    await deps.journal.emit({ key: "report.drafted", type: "report.drafted", data, progress: desk.progress.drafted() });
    return { ...draft, partial: true };
  }
}

function askWriter(
  steps: readonly ResearchStep[],
  notes: Note[],
  { job, progress }: ResearchDesk,
  deps: RoleDeps,
  signal: AbortSignal,
): Promise<WriterOutput> {
  const task = { question: job.question, steps: [...steps], notes };
  return runRole(
    {
      key: "write",
      role: "writer",
      instructions: WRITER_INSTRUCTIONS,
      prompt: writerPrompt(task),
      task,
      output: { name: "report", schema: WriterOutput },
      tools: [],
      maxTurns: 1,
      maxOutputTokens: WRITER_MAX_OUTPUT_TOKENS,
      events: ({ findings }) => [
        {
          key: "report.drafted",
          type: "report.drafted",
          data: { findings: findings.length, partial: false },
          progress: progress.drafted(),
        },
      ],
    },
    deps,
    signal,
  );
}
