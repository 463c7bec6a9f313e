import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { DuckDBInstance } from "@duckdb/node-api";
import { type JobFile, type Sandbox, startSandbox } from "@pharmadb/sandbox";

const NEVER = new AbortController().signal;

export type Folder = AsyncDisposable & { path: string };

/** A folder for the files of one benchmark, gone at the end of the scope. */
export async function openFolder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), "pharmadb-bench-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/**
 * Adverse events, one a row, of a made-up trial: texts that repeat, numbers that do not. The same rows for the same
 * seed.
 */
export function eventRows(rows: number, seed = 0): string {
  return `SELECT
    'S-' || lpad((hash(i + ${seed}) % ${Math.max(1, Math.round(rows / 20))})::VARCHAR, 7, '0') AS USUBJID,
    ['Placebo', 'Low dose', 'High dose'][1 + (hash(i + ${seed}) % 3)::INTEGER] AS ARM,
    'Event ' || (hash(i * 3 + ${seed}) % 200)::VARCHAR AS AETERM,
    CASE hash(i * 5 + ${seed}) % 9 WHEN 0 THEN 'Y' ELSE 'N' END AS AESER,
    (hash(i * 7 + ${seed}) % 400)::INTEGER AS AESTDY,
    (hash(i * 11 + ${seed}) % 1000000) / 7919.0 AS AVAL
    FROM range(${rows}) t(i)`;
}

/** Writes the rows of a query as CSV or Parquet, by the ending of the path. */
export async function writeRows(path: string, sql: string): Promise<void> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const format = path.endsWith(".parquet") ? "FORMAT parquet" : "FORMAT csv, HEADER";
  await connection.run(`COPY (${sql}) TO '${path}' (${format})`);
  connection.disconnectSync();
  instance.closeSync();
}

/** The file as the service would keep it after an upload. */
export async function acceptFile(sandbox: Sandbox, path: string): Promise<JobFile> {
  const [{ size: bytes }, sha256] = await Promise.all([stat(path), sha256OfFile(path)]);
  const name = basename(path);
  const { kind, mediaType, profile } = await sandbox.inspect({ name, path, bytes, sha256 }, NEVER);
  return { id: `file_${sha256.slice(0, 26)}`, name, bytes, sha256, media_type: mediaType, kind, profile, path };
}

async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

/** A sandbox with one child, so that each query falls on the same. */
export async function openOneSandbox(folder: Folder): Promise<Sandbox & AsyncDisposable> {
  const sandbox = await startSandbox({ processes: 1, cacheDir: join(folder.path, "cache"), tempDir: folder.path });
  return Object.assign(sandbox, { [Symbol.asyncDispose]: () => sandbox.close() });
}
