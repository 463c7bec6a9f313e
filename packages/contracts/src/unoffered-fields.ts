import type { FieldError } from "./app-error.ts";
import { readClientSchema } from "./client-schema.ts";
import type { ResearchRequest, Source } from "./research-request.ts";

/** The sources that this version can search. */
const ENABLED: ReadonlySet<Source> = new Set(["files"]);

/** Complaints about what the contract knows and this version does not do, or no version can. */
export function unofferedFields({ file_ids, sources, output_schema }: ResearchRequest): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, source] of (sources ?? []).entries()) {
    if (!ENABLED.has(source)) {
      errors.push({ path: `sources.${index}`, message: `The source "${source}" is not enabled in this service.` });
    }
  }
  if (file_ids.length === 0) {
    errors.push({
      path: "file_ids",
      message: "There is nothing to search: name at least one file, for no public source is enabled.",
    });
  }
  // Not by the contract's own schema: a job that was accepted before can still be read.
  const schema = output_schema && readClientSchema(output_schema);
  if (schema && "problem" in schema) {
    errors.push({ path: "output_schema", message: `This schema cannot be used: ${schema.problem}.` });
  }
  return errors;
}
