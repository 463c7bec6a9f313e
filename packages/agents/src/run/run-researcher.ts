import { type Evidence, isNestedTooDeep, type JsonObject, type JsonValue } from "@pharmadb/contracts";
import type { ToolRegistry } from "@pharmadb/tools";
import type { ModelRequest, ToolAnswer, ToolCall } from "../model-client.ts";
import type { ResearchJob } from "../research-job.ts";
import type { Material } from "../roles/material.ts";
import {
  MAX_RESEARCHER_TURNS,
  RESEARCHER_INSTRUCTIONS,
  RESEARCHER_MAX_OUTPUT_TOKENS,
  ResearcherOutput,
  type ResearchStep,
  researcherPrompt,
} from "../roles/researcher.ts";
import type { ProgressMeter } from "./progress-meter.ts";
import { type RoleDeps, runRole } from "./run-role.ts";
import { type SearchEntry, searchEntry } from "./search-log.ts";

/** What a job's researchers share: read by all, written as results come in. */
export type ResearchDesk = {
  job: ResearchJob;
  material: Material;
  offered: ModelRequest["tools"];
  evidence: Map<number, Evidence>;
  searches: SearchEntry[];
  progress: ProgressMeter;
};

export type ResearcherDeps = RoleDeps & { tools: ToolRegistry };

// Tool turns fill this share of a step; the final answer fills the rest.
const TOOLS_SHARE = 0.9;

/** One researcher on step number `number` (from 1): turns of model and tools until its findings. */
export async function runResearcher(
  step: ResearchStep,
  number: number,
  desk: ResearchDesk,
  deps: ResearcherDeps,
  signal: AbortSignal,
): Promise<{ output: ResearcherOutput; evidence: number[] }> {
  const { job, material, progress } = desk;
  const key = `research.${number}`;
  const data = { step: number, title: step.title };
  await deps.journal.emit({
    key: `${key}.started`,
    type: "step.started",
    data,
    progress: progress.researched(number, 0, step.title),
  });
  const task = { question: job.question, depth: job.depth, ...material, step };
  const maxTurns = MAX_RESEARCHER_TURNS[job.depth];
  const evidence: number[] = [];
  const output = await runRole(
    {
      key,
      role: "researcher",
      instructions: RESEARCHER_INSTRUCTIONS,
      prompt: researcherPrompt(task),
      task,
      output: { name: "findings", schema: ResearcherOutput },
      tools: desk.offered,
      maxTurns,
      maxOutputTokens: RESEARCHER_MAX_OUTPUT_TOKENS,
      async callTool(callKey, call) {
        const answer = await callTool(callKey, call, data, desk, deps, signal);
        evidence.push(...answer.evidence);
        return answer;
      },
      onTurn: (turn) => progress.researched(number, (TOOLS_SHARE * turn) / maxTurns, step.title),
      events: ({ findings }) => [
        {
          key: `${key}.completed`,
          type: "step.completed",
          data: { ...data, findings: findings.length },
          progress: progress.researched(number, 1, step.title),
        },
      ],
    },
    deps,
    signal,
  );
  // A replayed step does not run the events above, but its share counts all the same.
  progress.researched(number, 1, step.title);
  return { output, evidence };
}

async function callTool(
  key: string,
  { callId, name, argumentsJson }: ToolCall,
  { step, title }: { step: number; title: string },
  desk: ResearchDesk,
  { journal, tools }: ResearcherDeps,
  signal: AbortSignal,
): Promise<ToolAnswer> {
  const args = argumentsAsData(argumentsJson);
  await journal.emit({ key: `${key}.called`, type: "tool.called", data: { tool: name, arguments: args, step } });
  const offered = desk.offered.some((tool) => tool.name === name);
  const recorded = await journal.toolStep(key, async () => {
    const result = offered
      ? await tools.call(name, argumentsJson, signal)
      : { ok: false, content: `There is no tool "${name}" here.`, data: null, evidence: [] };
    return {
      result,
      events: (evidence) => [
        {
          key: `${key}.returned`,
          type: "tool.returned",
          data: { tool: name, ok: result.ok, evidence, step },
          progress: desk.progress.researched(step, 0, title),
        },
      ],
    };
  });
  for (const one of recorded.evidence) desk.evidence.set(one.n, one);
  const search = searchEntry(step, name, args, recorded);
  if (search) desk.searches.push(search);
  const { content, data, ok } = recorded;
  return { callId, name, content, data, evidence: recorded.evidence.map(({ n }) => n), ok };
}

const MAX_SHOWN_CHARACTERS = 2000;

/** A model's arguments for the event log, as they were meant or, where they are no JSON object, as they came. */
function argumentsAsData(argumentsJson: string): JsonObject {
  try {
    const value: JsonValue = JSON.parse(argumentsJson);
    const isObject = value !== null && typeof value === "object" && !Array.isArray(value);
    if (isObject && !isNestedTooDeep(value)) return value;
  } catch {
    // The tool answers the model about its bad JSON; the log shows it as it came.
  }
  return { unreadable: argumentsJson.slice(0, MAX_SHOWN_CHARACTERS) };
}
