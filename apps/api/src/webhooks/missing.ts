import { AppError } from "@pharmadb/contracts";

/** What a client meets that names an endpoint which does not exist, or not for it. */
export function noSuchEndpoint(id: string): AppError {
  return new AppError("not_found", `There is no webhook endpoint ${id}.`);
}

/** The same for a delivery. */
export function noSuchDelivery(id: string): AppError {
  return new AppError("not_found", `There is no webhook delivery ${id}.`);
}

/** Nothing is sent to an endpoint that has been disabled. */
export function isDisabled(): AppError {
  return new AppError("conflict", 'The endpoint is disabled; enable it first, with PATCH and "enabled": true.');
}
