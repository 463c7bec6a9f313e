import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppError, type Evidence, sha256OfJson, TableContent } from "@pharmadb/contracts";
import type { JobFile } from "@pharmadb/sandbox";
import type { ResearchRecord, StoredFile } from "@pharmadb/store";
import { z } from "zod";
import type { RouteDeps } from "../deps.ts";
import { checkFileBytes } from "./check-file-bytes.ts";
import { isSameContent } from "./same-content.ts";

const REASONS = ["file_deleted", "file_changed", "query_failed", "content_differs"] as const;

/** What came of running the queries behind a report again. */
export const Recomputation = z.object({
  object: z.literal("recomputation"),
  research_id: z.string(),
  checked: z.int().min(0),
  matched: z.int().min(0),
  differing: z.array(
    z.object({
      n: z.int().min(1).meta({ description: "The number of the evidence." }),
      reason: z.enum(REASONS),
      message: z.string(),
      query: z.string(),
      recorded_sha256: z.string(),
      recomputed_sha256: z.string().nullable(),
    }),
  ),
});
export type Recomputation = z.infer<typeof Recomputation>;

type Difference = { reason: (typeof REASONS)[number]; message: string; recomputed_sha256: string | null };

const QUERY_TIMEOUT_MS = 60_000;
// Over what any evidence holds, so that an answer cut short differs by its rows and not by our limit.
const MAX_RESULT_BYTES = 8 * 1024 * 1024;

/** Runs the query of each table evidence on the job's files, one after the other, and compares what it gives. */
export async function recompute(
  deps: RouteDeps,
  { research, evidence, files }: { research: ResearchRecord; evidence: Evidence[]; files: StoredFile[] },
  signal: AbortSignal,
): Promise<Recomputation> {
  await using stack = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), "pharmadb-recompute-"));
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  const checking = { fileIds: research.file_ids, files, directory };
  const { intact, complaints } = await checkFileBytes(deps, checking, signal);
  const queries = evidence.filter(({ tool, query }) => tool === "tables_query" && query !== null);
  const differing: Recomputation["differing"] = [];
  for (const piece of queries) {
    const difference =
      complaintAbout(piece, complaints) ?? (await runAgain(deps, { evidence: piece, files: intact }, signal));
    if (difference) {
      differing.push({ n: piece.n, ...difference, query: piece.query ?? "", recorded_sha256: piece.sha256 });
    }
  }
  const checked = queries.length;
  return {
    object: "recomputation",
    research_id: research.id,
    checked,
    matched: checked - differing.length,
    differing,
  };
}

function complaintAbout({ sources }: Evidence, complaints: ReadonlyMap<string, Difference>): Difference | null {
  for (const { file_id } of sources) {
    const complaint = file_id === null ? undefined : complaints.get(file_id);
    if (complaint) return complaint;
  }
  return null;
}

async function runAgain(
  { sandbox }: RouteDeps,
  { evidence, files }: { evidence: Evidence; files: JobFile[] },
  signal: AbortSignal,
): Promise<Difference | null> {
  const recorded = TableContent.parse(evidence.content);
  // One row more than recorded shows a result that has grown; of one that was cut, only what was kept can be compared.
  const maxRows = recorded.truncated ? Math.max(1, recorded.row_count) : recorded.row_count + 1;
  const limits = { maxRows, maxBytes: MAX_RESULT_BYTES, timeoutMs: QUERY_TIMEOUT_MS };
  try {
    const { columns, rows } = await sandbox.query(files, evidence.query ?? "", limits, signal);
    const again = { columns, rows, row_count: rows.length, truncated: recorded.truncated };
    if (isSameContent(recorded, again)) return null;
    const message = `The query now gives ${rows.length === maxRows && !recorded.truncated ? "more" : rows.length} rows, ${recorded.row_count} are recorded, or other values.`;
    return { reason: "content_differs", message, recomputed_sha256: sha256OfJson(again) };
  } catch (error) {
    // The client has gone, or our own process has failed: no statement about the figure.
    if (!(error instanceof AppError) || signal.aborted || error.code === "sandbox_failed") throw error;
    return { reason: "query_failed", message: error.message, recomputed_sha256: null };
  }
}
