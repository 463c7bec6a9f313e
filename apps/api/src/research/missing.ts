import { AppError } from "@pharmadb/contracts";

/** What a client meets that names a job which does not exist, or not for it. */
export function noSuchResearch(id: string): AppError {
  return new AppError("not_found", `There is no research job ${id}.`);
}
