import { AppError } from "@pharmadb/contracts";

/** What a client meets that names a schedule which does not exist, or not for it. */
export function noSuchSchedule(id: string): AppError {
  return new AppError("not_found", `There is no schedule ${id}.`);
}
