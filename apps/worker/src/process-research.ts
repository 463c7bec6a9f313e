import type { ModelClient, ResearchJob, runResearch } from "@pharmadb/agents";
import { BATCHES } from "@pharmadb/batches";
import { AppError, type JsonValue, type Report } from "@pharmadb/contracts";

import type { Entry, Queues } from "@pharmadb/queue";
import type { Sandbox } from "@pharmadb/sandbox";

import {
  claimResearch,
  type Dispatcher,
  type FileStorage,
  finishResearch,
  type JournalWriter,
  loadJournal,
  type ResearchRecord,
  type Sql,
} from "@pharmadb/store";
import type { Logger, MeasuredAttempt, Metrics } from "@pharmadb/telemetry";
import { createToolRegistry } from "@pharmadb/tools";
import { attemptHistory } from "./attempt-ends.ts";
import { endAttempt } from "./end-attempt.ts";
import { type FetchedFiles, fetchFiles } from "./fetch-files.ts";
import { modelOfJob } from "./model-of-job.ts";
import { openJournal } from "./open-journal.ts";
import { changesOf } from "./schedules/changes-of.ts";
import { settleSoon } from "./settle-soon.ts";
import { isTimeout, startDeadline } from "./stop-reasons.ts";
import { timedTools } from "./timed-tools.ts";
import type { Timing } from "./timing.ts";
import { queueDeliveries } from "./webhooks/queue-deliveries.ts";
import { whenReachable } from "./when-reachable.ts";

/** Attempts after which a job counts as what takes its process down. */
const MAX_CRASHES = 5;

export type RunAgents = typeof runResearch;

export type ProcessorDeps = {
  sql: Sql;
  /** Writes the steps of all jobs of this process. */
  write: JournalWriter;
  queues: Pick<Queues, "wakeups" | "webhooks">;
  files: FileStorage;
  sandbox: Sandbox;
  logger: Logger;
  metrics: Metrics;
  model: ModelClient;
  runAgents: RunAgents;
  /** Folder of the jobs' temporary folders. */
  tempDir: string;
  requestTimeoutSeconds: number;
  timing: Timing;
  dispatcher: Pick<Dispatcher, "placeFreed">;
  workerId: string;
  /** Fires when jobs must be out of the worker's hands: their ends wait no longer for a record that is away. */
  handingBack: AbortSignal;
};

/**
 * One attempt on a job, from its claim to the record of its end. Throws only where the record cannot be reached for long:
 * the reconciler finds such a job again.
 */
export async function processResearch(entry: Entry, deps: ProcessorDeps, signal: AbortSignal): Promise<void> {
  const { sql, workerId, dispatcher } = deps;
  const told = [entry.id];
  const tell = async () => {
    try {
      await Promise.all(told.map((each) => deps.queues.wakeups.notify(each)));
    } catch (error) {
      deps.logger.warn("watchers not told", { research_id: entry.id, error });
    }
  };
  const claim = await claimResearch(sql, { ...entry, workerId });
  if (claim.outcome === "stale") return void deps.logger.debug("entry dropped", { research_id: entry.id });
  try {
    // Its batch counts what becomes of it.
    if (claim.research.batch_id !== null) told.push(BATCHES);
    void tell();
    if (claim.outcome === "cancelled") return;
    using measured = deps.metrics.jobs.begin();
    await runAttempt(claim.research, deps, measured, tell, signal);
  } finally {
    dispatcher.placeFreed();
    await Promise.all([tell(), queueDeliveries(deps, entry.id)]);
  }
}

async function runAttempt(
  research: ResearchRecord,
  deps: ProcessorDeps,
  measured: MeasuredAttempt,
  tell: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const { sql, timing, metrics, handingBack } = deps;
  const { id, tenant_id, attempt } = research;
  const log = deps.logger.child({ research_id: id, tenant_id, attempt });
  // Nothing can be stored of a job that has not been begun before.
  const stored =
    attempt === 1 ? new Map<string, JsonValue>() : await whenReachable(() => loadJournal(sql, id), handingBack);
  const { crashes, retries } = attemptHistory(stored, attempt);
  if (attempt === 1) metrics.jobs.waited(research.priority, waitedSeconds(research));
  log.info("claimed", { steps: stored.size, crashes, retries });
  using deadline = startDeadline(research.timeout_seconds ?? deps.requestTimeoutSeconds);
  const stop = AbortSignal.any([signal, deadline.signal]);
  try {
    if (crashes >= MAX_CRASHES) throw tooManyCrashes();
    await using fetched = await timed(metrics.jobs.filesFetched, () => fetchFiles(research, deps, stop));
    for (const missing of fetched.missing) log.warn("goes on without a file", missing);
    const builtFrom = performance.now();
    const onWritten = () => void tell();
    const journal = openJournal({ sql, write: deps.write, research, stored, onWritten, signal: stop });
    const tools = timedTools(createToolRegistry({ files: fetched.files, sandbox: deps.sandbox }), metrics.tools);
    const running = deps.runAgents(
      toJob(research, fetched),
      { model: modelOfJob(deps.model, research), tools, journal },
      stop,
    );
    metrics.jobs.agentsCreated(secondsSince(builtFrom));
    const graceMs = (reason: unknown) => (isTimeout(reason) ? timing.wrapUpMs : timing.settleMs);
    const report = await settleSoon(running, stop, graceMs).finally(() => journal.close());
    // Also past the job's time: it is up for the work, and that is done.
    await whenReachable(() => complete(sql, research, report), handingBack);
    measured.ended("completed");
    log.info("completed", { findings: report.findings.length, partial: report.partial, ...journal.usage() });
  } catch (error) {
    // Once told to stop, the reason is what counts, whatever the interrupted call made of it.
    const ending = {
      research: { id, attempt },
      retries,
      sql,
      log,
      timing,
      metrics: metrics.jobs,
      measured,
      handingBack,
    };
    await endAttempt(ending, stop.aborted ? stop.reason : error);
  }
}

async function complete(sql: Sql, research: ResearchRecord, report: Report): Promise<void> {
  const { id, attempt } = research;
  const changes = await changesOf(sql, research, report);
  await finishResearch(sql, { id, attempt, outcome: { status: "completed", report, changes } });
}

async function timed<T>(observe: (seconds: number) => void, work: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  const result = await work();
  observe(secondsSince(startedAt));
  return result;
}

function secondsSince(startedAt: number): number {
  return (performance.now() - startedAt) / 1000;
}

/** How long a job has waited for its first start, by the clock of the record. */
function waitedSeconds({ created_at, started_at }: ResearchRecord): number {
  return started_at === null ? 0 : (Date.parse(started_at) - Date.parse(created_at)) / 1000;
}

function toJob({ id, request }: ResearchRecord, { files, missing }: FetchedFiles): ResearchJob {
  return {
    id,
    question: request.question,
    files,
    missingFiles: missing,
    depth: request.depth,
    sources: request.sources ?? (files.length > 0 ? ["files"] : []),
    budget: request.budget ?? null,
    outputSchema: request.output_schema ?? null,
  };
}

function tooManyCrashes(): AppError {
  return new AppError("attempts_exhausted", `The job ended its process ${MAX_CRASHES} times and is not tried again.`);
}
