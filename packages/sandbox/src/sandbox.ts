import type { DocumentProfile, JsonValue, TableFileProfile, TableProfile } from "@pharmadb/contracts";
import type { JobFile } from "./job-file.ts";

/** A file that nobody has looked into yet. */
export type UnknownFile = { name: string; path: string; bytes: number; sha256: string };

/** What a look into the bytes found. */
export type Inspection =
  | { kind: "table"; mediaType: string; profile: TableFileProfile }
  | { kind: "document"; mediaType: string; profile: DocumentProfile };

/** A table of a job: its name in SQL, the file it comes from, its profile. */
export type JobTable = { table: string; file: JobFile; profile: TableProfile };

export type QueryLimits = { maxRows: number; maxBytes: number; timeoutMs: number };

export type QueryResult = {
  columns: { name: string; type: string }[];
  /** Cells as JSON: numbers where exact, else text; dates and times as ISO text. */
  rows: JsonValue[][];
  /** Why rows are missing, if any are. */
  truncated: "rows" | "bytes" | null;
  elapsedMs: number;
};

/** One stretch of a document's text, numbered from 1 in reading order. */
export type Passage = { n: number; text: string; page: number | null; section: string | null };

/**
 * The one door to untrusted bytes and untrusted SQL. Each call runs in a child process that it leases for its
 * duration; the memory follows the number of children, not the number of callers. A child that dies, hangs or
 * grows is replaced; only the call that it served fails.
 *
 * Errors: `file_unreadable` (says where), `query_refused`, `query_failed`, `timeout`, `sandbox_failed`, `cancelled`.
 */
export type Sandbox = {
  /** Tells what a file is and profiles it. */
  inspect(file: UnknownFile, signal: AbortSignal): Promise<Inspection>;
  /** Runs one SELECT over the tables of these files, named as `tablesOf(files)` names them. */
  query(files: JobFile[], sql: string, limits: Partial<QueryLimits>, signal: AbortSignal): Promise<QueryResult>;
  /** A document's passages, whole document in reading order. */
  passages(file: JobFile, signal: AbortSignal): Promise<Passage[]>;
  /** Ends every child process. */
  close(): Promise<void>;
};
