import type { Report } from "@pharmadb/contracts";
import { renderMarkdown } from "@pharmadb/report";
import type { ToolRegistry } from "@pharmadb/tools";
import type { Journal } from "./journal.ts";
import type { ModelClient } from "./model-client.ts";
import type { MissingFile, ResearchJob } from "./research-job.ts";
import { type BudgetGuard, createBudgetGuard } from "./run/budget-guard.ts";
import { fillOutput } from "./run/fill-output.ts";
import { jobMaterial } from "./run/job-material.ts";
import { makePlan } from "./run/make-plan.ts";
import { offeredTools, unreachedSources } from "./run/offered-tools.ts";
import { createProgressMeter } from "./run/progress-meter.ts";
import { reportTables } from "./run/report-tables.ts";
import { type Researched, researchSteps } from "./run/research-steps.ts";
import type { ResearchDesk } from "./run/run-researcher.ts";
import { searchedList } from "./run/search-log.ts";
import { type WrittenDraft, writeReport } from "./run/write-report.ts";
import { citedNumbers } from "./verifier/citations.ts";
import { type VerifiedDraft, verifyDraft } from "./verifier/verify-draft.ts";

export type ResearchDeps = { model: ModelClient; tools: ToolRegistry; journal: Journal };

/**
 * One job from question to report: plan, research in parallel, write, verify. All that models and tools answer goes
 * through the journal, so a run that was cut off goes on where it stopped. A spent budget, or a signal whose reason is
 * `timeout`, ends it with a partial report of what has been found, if anything has.
 */
export async function runResearch(job: ResearchJob, deps: ResearchDeps, signal: AbortSignal): Promise<Report> {
  signal.throwIfAborted();
  const { model, tools, journal } = deps;
  const budget = createBudgetGuard(job.budget, () => journal.usage());
  const material = await jobMaterial(job, tools, signal);
  const desk: ResearchDesk = {
    job,
    material,
    offered: offeredTools(job, material, tools),
    evidence: new Map(),
    searches: [],
    progress: createProgressMeter(),
  };
  const roleDeps = { model, journal, budget };
  const steps = await makePlan(desk, roleDeps, signal);
  const researched = await researchSteps(steps, desk, { ...roleDeps, tools }, signal);
  const draft = await writeReport(steps, researched, desk, roleDeps, signal);
  const verified = verifyDraft(draft, desk.evidence, job.question);
  await journal.emit({
    key: "report.verified",
    type: "report.verified",
    data: verified.counts,
    progress: desk.progress.verified(),
  });
  return assemble(desk, deps, { budget, researched, draft, verified }, signal);
}

type Parts = { budget: BudgetGuard; researched: Researched; draft: WrittenDraft; verified: VerifiedDraft };

async function assemble(
  desk: ResearchDesk,
  { model, tools, journal }: ResearchDeps,
  { budget, researched, draft, verified }: Parts,
  signal: AbortSignal,
): Promise<Report> {
  const { job, evidence, searches } = desk;
  const { title, answer, findings } = verified;
  const { tables, limitations: tableLimitations } = reportTables(draft.tables, evidence);
  const filled = await fillOutput(job, { title, answer, findings, tables }, { model, journal, budget }, signal);
  const cited = new Set([
    ...findings.flatMap((finding) => finding.evidence),
    ...citedNumbers(answer),
    ...tables.map((table) => table.evidence),
  ]);
  const limitations = [
    ...verified.limitations,
    ...job.missingFiles.map(missingLine),
    ...researched.failed.map(failureLine),
    ...unreachedSources(job, tools).map((source) => `The source ${source} is not available here and was not searched.`),
    ...tableLimitations,
    ...(unpricedBudget(job, model) ? [UNPRICED] : []),
    ...filled.limitations,
  ];
  const report: Omit<Report, "markdown"> = {
    title,
    answer,
    model: model.name,
    findings,
    tables,
    charts: [],
    searched: searchedList(
      searches.toSorted((a, b) => a.step - b.step),
      cited,
    ),
    partial: draft.partial,
    limitations: [...new Set(limitations)],
    output: filled.output,
  };
  return { ...report, markdown: renderMarkdown(report) };
}

const UNPRICED = "The price of this model is not known, so the limit on cost could not be kept; the cost counts as 0.";

function unpricedBudget(job: ResearchJob, model: ModelClient): boolean {
  return job.budget?.max_cost_usd !== undefined && model.isPriced === false;
}

function missingLine({ name, reason }: MissingFile): string {
  return `The file ${name} could not be read and was not searched. ${reason}`;
}

function failureLine({ step, error, early }: Researched["failed"][number]): string {
  if (early) return `The step "${step.title}" was not finished. ${error.message}`;
  return `The step "${step.title}" failed and is missing from this report. ${error.message}`;
}
