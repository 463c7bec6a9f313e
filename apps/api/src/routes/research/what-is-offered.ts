import { AppError, type FieldError, type ResearchRequest, type Source } from "@pharmadb/contracts";

/** The sources that this version can search. */
const ENABLED: ReadonlySet<Source> = new Set(["files"]);

/** Refuses what the contract knows and this version does not do, so that nobody waits for it in vain. */
export function checkWhatIsOffered({ file_ids, sources, webhook }: ResearchRequest): void {
  const errors: FieldError[] = [];
  for (const [index, source] of (sources ?? []).entries()) {
    if (!ENABLED.has(source)) {
      errors.push({ path: `sources.${index}`, message: `The source "${source}" is not enabled in this service.` });
    }
  }
  if (webhook !== undefined) errors.push({ path: "webhook", message: "This service does not send webhooks yet." });
  if (file_ids.length === 0) {
    errors.push({
      path: "file_ids",
      message: "There is nothing to search: name at least one file, for no public source is enabled.",
    });
  }
  const [first] = errors;
  if (first) throw new AppError("invalid_request", `body field "${first.path}": ${first.message}`, { errors });
}
