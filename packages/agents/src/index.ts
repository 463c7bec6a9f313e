export { createEmbeddedAnalyst } from "./analyst/index.ts";
export type { Journal, JournalEvent, PaidFailure, RecordedToolResult, StepResult } from "./journal.ts";
export type { ModelClient, ModelRequest, ModelResponse, ToolAnswer, ToolCall, TranscriptItem } from "./model-client.ts";
export { createOpenAiModel, type OpenAiModelOptions } from "./openai/create-openai-model.ts";
export { paidUsage } from "./paid-usage.ts";
export type { Budget, MissingFile, ResearchJob } from "./research-job.ts";
export type { Material, MaterialDocument, MaterialTable } from "./roles/material.ts";
export { MAX_STEPS, PlannerOutput, type PlannerTask } from "./roles/planner.ts";
export {
  DraftFinding,
  DraftTable,
  ResearcherOutput,
  type ResearcherTask,
  type ResearchStep,
} from "./roles/researcher.ts";
export { type Note, WriterOutput, type WriterTask } from "./roles/writer.ts";
export { type ResearchDeps, runResearch } from "./run-research.ts";
