import { DocumentProfile, type JsonObject, JsonValue, parseOwn, TableProfile } from "@pharmadb/contracts";
import { z } from "zod";

const TaskTable = z.object({ table: z.string(), file_id: z.string(), file_name: z.string(), profile: TableProfile });
const TaskDocument = z.object({ file_id: z.string(), file_name: z.string(), profile: DocumentProfile });

const QuestionTask = z.object({
  question: z.string(),
  tables: z.array(TaskTable).default([]),
  documents: z.array(TaskDocument).default([]),
});
export type QuestionTask = z.infer<typeof QuestionTask>;

const StepTask = QuestionTask.extend({ step: z.object({ title: z.string(), question: z.string() }) });
export type StepTask = z.infer<typeof StepTask>;

const TaskFinding = z.object({
  statement: z.string(),
  evidence: z.array(z.number().int()),
  confidence: z.enum(["high", "medium", "low"]),
});

const WriteTask = z.object({
  question: z.string(),
  notes: z.array(
    z.object({
      step: z.object({ title: z.string(), question: z.string() }),
      findings: z.array(TaskFinding),
      tables: z.array(z.object({ title: z.string(), evidence: z.number().int() })),
      not_found: z.array(z.string()),
      evidence: z.array(
        z.object({ n: z.number().int(), tool: z.string(), query: z.string().nullable(), content: JsonValue }),
      ),
    }),
  ),
});
export type WriteTask = z.infer<typeof WriteTask>;

export function questionTask(task: JsonObject): QuestionTask {
  return parseOwn(QuestionTask, task, "task");
}

export function stepTask(task: JsonObject): StepTask {
  return parseOwn(StepTask, task, "task");
}

export function writeTask(task: JsonObject): WriteTask {
  return parseOwn(WriteTask, task, "task");
}
