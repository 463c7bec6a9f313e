import { AppError, type ResearchRequest, unofferedFields } from "@pharmadb/contracts";

/** Refuses what the contract knows and this version does not do, so that nobody waits for it in vain. */
export function checkWhatIsOffered(request: ResearchRequest): void {
  const errors = unofferedFields(request);
  const [first] = errors;
  if (first) throw new AppError("invalid_request", `body field "${first.path}": ${first.message}`, { errors });
}
