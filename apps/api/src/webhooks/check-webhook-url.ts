import { AppError } from "@pharmadb/contracts";
import type { RouteDeps } from "../deps.ts";

/** Refuses a URL to which nothing could be sent now, naming the field. Each attempt to send checks it again. */
export async function checkWebhookUrl(
  { egress }: Pick<RouteDeps, "egress">,
  { url, field }: { url: string; field: string },
  signal: AbortSignal,
): Promise<void> {
  try {
    await egress.check(url, signal);
  } catch (error) {
    if (!(error instanceof AppError) || (error.code !== "url_refused" && error.code !== "timeout")) throw error;
    const message = error.code === "timeout" ? "The host name could not be looked up in time." : error.message;
    const errors = [{ path: field, message }];
    throw new AppError("invalid_request", `field "${field}": ${message}`, { errors, cause: error });
  }
}
