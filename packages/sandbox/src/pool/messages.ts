import type { ErrorCode } from "@pharmadb/contracts";
import type { Inspection, QueryLimits, QueryResult, UnknownFile } from "../sandbox.ts";

/** What a child is for. Only a reader may write files; only a query child runs SQL that others wrote. */
export type ChildRole = "reader" | "query";

/** A table as a query child loads it: a name in SQL, and where the prepared rows lie. */
export type LoadedTable = { name: string; databasePath: string; storedName: string };

export type PrepareCall = {
  op: "prepare";
  file: UnknownFile;
  /** An empty folder that takes what is prepared. */
  directory: string;
  limits: ReadLimits;
};
export type QueryCall = { op: "query"; tables: LoadedTable[]; sql: string; threads: number; limits: QueryLimits };

/** The only two things a child can be asked to do. */
export type ChildCall = PrepareCall | QueryCall;

export type ReadLimits = { maxUncompressedBytes: number; maxColumns: number; memoryLimitMb: number; threads: number };

/** What a reader found and prepared; the tables lie in `TABLES_FILE`, the passages in `PASSAGES_FILE`. */
export type Prepared = { inspection: Inspection; storedTables: string[] };

export type ChildResults = { prepare: Prepared; query: QueryResult };

export type FailureCode = Extract<
  ErrorCode,
  "file_unreadable" | "query_refused" | "query_failed" | "sandbox_failed" | "timeout"
>;

/** A failure as it crosses the process boundary; the parent makes an `AppError` of it. */
export type Failure = {
  code: FailureCode;
  message: string;
  details: Record<string, string | number | boolean | null>;
};

export type ParentMessage = { type: "call"; id: number; call: ChildCall } | { type: "interrupt"; id: number };

export type ChildMessage =
  | { type: "ready" }
  | { type: "result"; id: number; value: ChildResults[ChildCall["op"]]; cpuSeconds: number }
  | { type: "failure"; id: number; failure: Failure; cpuSeconds: number };

/** The DuckDB database file in a prepared entry. */
export const TABLES_FILE = "tables.duckdb";
/** The passages of a document in a prepared entry, as a JSON array. */
export const PASSAGES_FILE = "passages.json";
