import type { AppError, EventType, Evidence, JsonObject, JsonValue, Progress, Usage } from "@pharmadb/contracts";
import type { ToolResult } from "@pharmadb/tools";

/** An event of the job's log. The key makes it unique within the job: a replay that emits it again changes nothing. */
export type JournalEvent = { key: string; type: EventType; data: JsonObject; progress?: Progress };

/** What a step leaves behind, stored in one transaction: its output, what it cost and the events that tell of it. */
export type StepResult<T extends JsonValue> = { output: T; usage?: Partial<Usage>; events?: JournalEvent[] };

/** A step that came to nothing and has been paid for. */
export type PaidFailure = { failure: AppError; usage: Partial<Usage> };

/** A tool's result with its evidence numbered. */
export type RecordedToolResult = Omit<ToolResult, "evidence"> & { evidence: Evidence[] };

/**
 * The durable memory of one job. A key that has been stored answers with the stored output and does not run again,
 * also after a crash and in another process. Keys are deterministic (`research.2.turn.3.model`), so that a replay
 * asks for the same ones. A paid failure is stored beside its key and thrown, also by a replay, until the job as a whole
 * is tried anew: then the step runs again. Writes of an attempt that has been superseded are refused with AppError
 * `superseded`.
 */
export type Journal = {
  step<T extends JsonValue>(key: string, run: () => Promise<StepResult<T> | PaidFailure>): Promise<T>;
  /** Like `step`, for a tool call: its evidence gets its numbers in the transaction that stores the step. */
  toolStep(
    key: string,
    run: () => Promise<{ result: ToolResult; events?: (evidence: number[]) => JournalEvent[] }>,
  ): Promise<RecordedToolResult>;
  /** An event that belongs to no step's end, such as `tool.called`. */
  emit(event: JournalEvent): Promise<void>;
  /** Usage so far, over all attempts. */
  usage(): Usage;
};
