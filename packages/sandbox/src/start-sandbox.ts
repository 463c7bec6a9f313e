import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { AppError } from "@pharmadb/contracts";
import { openPreparedFiles, type PreparedFiles } from "./cache/prepared-files.ts";
import { lexicalCheck } from "./gate/lexical-check.ts";
import type { JobFile } from "./job-file.ts";
import { createCaller } from "./pool/call-child.ts";
import { ChildPool } from "./pool/child-pool.ts";
import { toCallerError } from "./pool/failures.ts";
import { probeFences } from "./pool/launch-command.ts";
import type { LoadedTable, ReadLimits } from "./pool/messages.ts";
import { queryThreads, runOnThreads } from "./query-threads.ts";
import type { QueryLimits, QueryResult, Sandbox } from "./sandbox.ts";
import { tablesOf } from "./tables-of.ts";

const MEBIBYTE = 1024 * 1024;

export type SandboxOptions = {
  /** Child processes that work at the same time; one more is kept warm. Default: the number of cores. */
  processes?: number;
  /** Where prepared files are kept; several processes may share it. */
  cacheDir: string;
  /** Where children work; the system's folder for temporary files unless given. */
  tempDir?: string;
  /** Prepared files beyond this size are removed, the longest unused first. */
  maxCacheBytes?: number;
  /** How long one file may take to be read. */
  readTimeoutMs?: number;
  /** What a compressed file may unpack to. */
  maxUncompressedBytes?: number;
};

const QUERY_DEFAULTS: QueryLimits = { maxRows: 1000, maxBytes: 256 * 1024, timeoutMs: 30_000 };
const MAX_QUERY_RESIDENT = 768 * MEBIBYTE;
const MAX_READER_RESIDENT = 1536 * MEBIBYTE;
/** More do not fit the memory of a reader, which holds a block of rows whole. */
const MAX_COLUMNS = 2000;

/** Starts the pool of children and opens the cache of prepared files. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const processes = options.processes ?? availableParallelism();
  const cacheDir = resolve(options.cacheDir);
  const parent = resolve(options.tempDir ?? tmpdir());
  await mkdir(parent, { recursive: true });
  const cwd = await mkdtemp(join(parent, "pharmadb-sandbox-"));
  const pool = new ChildPool({ size: Math.max(1, processes), fences: await probeFences(), cwd });
  const callChild = createCaller(pool);
  const readTimeoutMs = options.readTimeoutMs ?? 300_000;
  const limits: ReadLimits = {
    maxUncompressedBytes: options.maxUncompressedBytes ?? 4096 * MEBIBYTE,
    maxColumns: MAX_COLUMNS,
    memoryLimitMb: 512,
    threads: Math.min(4, availableParallelism()),
  };
  const prepared = await openPreparedFiles({
    directory: cacheDir,
    maxBytes: options.maxCacheBytes ?? 16 * 1024 * MEBIBYTE,
    prepare: (file, directory, signal) =>
      callChild(
        { op: "prepare", file, directory, limits },
        { timeoutMs: readTimeoutMs, maxResidentBytes: MAX_READER_RESIDENT },
        signal,
      ),
  });

  async function query(
    files: JobFile[],
    sql: string,
    given: Partial<QueryLimits>,
    signal: AbortSignal,
  ): Promise<QueryResult> {
    const refusal = lexicalCheck(sql);
    if (refusal !== null) throw new AppError("query_refused", refusal);
    const queryLimits = { ...QUERY_DEFAULTS, ...given };
    const run = async (threads: number) =>
      await callChild(
        { op: "query", tables: await loadedTables(prepared, files, signal), sql, threads, limits: queryLimits },
        { timeoutMs: queryLimits.timeoutMs, maxResidentBytes: MAX_QUERY_RESIDENT },
        signal,
      );
    const threads = queryThreads(rowCountOf(files));
    try {
      return await runOnThreads(threads, run);
    } catch (error) {
      if (!isEntryMissing(error)) throw error;
      // Another process has evicted an entry between our look and the child's.
      for (const file of files) await prepared.drop(file);
      return await runOnThreads(threads, run);
    }
  }

  return {
    inspect: (file, signal) => settle(signal, async () => (await prepared.get(file, signal)).inspection),
    query: (files, sql, given, signal) => settle(signal, () => query(files, sql, given, signal)),
    passages: (file, signal) =>
      settle(signal, async () => {
        const entry = await prepared.get(file, signal);
        if (entry.inspection.kind === "document") return await prepared.passages(entry);
        throw new AppError("file_unreadable", `${file.name} is a table, not a document.`, {
          details: { file: file.name },
        });
      }),
    async close() {
      await pool.close();
      await rm(cwd, { recursive: true, force: true });
    },
  };
}

async function settle<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toCallerError(error, signal);
  }
}

function isEntryMissing(error: unknown): boolean {
  return error instanceof AppError && error.details.reason === "entry_missing";
}

function rowCountOf(files: JobFile[]): number {
  return tablesOf(files).reduce((sum, { profile }) => sum + profile.row_count, 0);
}

/** Where each table of the job lies; what is not prepared yet is prepared now. */
async function loadedTables(prepared: PreparedFiles, files: JobFile[], signal: AbortSignal): Promise<LoadedTable[]> {
  const loaded: LoadedTable[] = [];
  const seen = new Map<JobFile, number>();
  for (const { table, file } of tablesOf(files)) {
    const entry = await prepared.get(file, signal);
    const index = seen.get(file) ?? 0;
    seen.set(file, index + 1);
    const storedName = entry.storedTables[index];
    if (storedName === undefined) {
      throw new AppError("sandbox_failed", `${file.name} no longer holds the tables it had at upload.`);
    }
    loaded.push({ name: table, databasePath: entry.databasePath, storedName });
  }
  return loaded;
}
