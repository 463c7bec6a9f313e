import { AppError } from "@pharmadb/contracts";

/** What an attempt meets that no longer owns its job. */
export function superseded(researchId: string, attempt: number): AppError {
  return new AppError("superseded", "The job has ended, is gone, or a newer attempt has taken it over.", {
    details: { research_id: researchId, attempt },
  });
}
