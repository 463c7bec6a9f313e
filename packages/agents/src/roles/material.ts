import type { DocumentProfile, TableProfile } from "@pharmadb/contracts";
import type { MissingFile } from "../research-job.ts";

/** A table as the roles get to know it: its name in SQL and its profile. */
export type MaterialTable = { table: string; file_id: string; file_name: string; profile: TableProfile };

export type MaterialDocument = { file_id: string; file_name: string; profile: DocumentProfile };

/** What a job has to work with, and files that it should have and has not. */
export type Material = { tables: MaterialTable[]; documents: MaterialDocument[]; missing: MissingFile[] };
