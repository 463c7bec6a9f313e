export type { JobFile } from "./job-file.ts";
export type {
  Inspection,
  JobTable,
  Passage,
  QueryLimits,
  QueryResult,
  Sandbox,
  UnknownFile,
} from "./sandbox.ts";
export { type SandboxOptions, startSandbox } from "./start-sandbox.ts";
export { tablesOf } from "./tables-of.ts";
