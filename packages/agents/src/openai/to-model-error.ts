import { AppError } from "@pharmadb/contracts";
import OpenAI from "openai";

/** What went wrong between us and the model service, as an AppError whose message holds no secret. */
export function toModelError(error: unknown, model: string, signal: AbortSignal): AppError {
  if (signal.aborted) return stopError(signal);
  if (error instanceof AppError) return error;
  if (!(error instanceof OpenAI.APIError)) return unavailable("The model service's answer broke off.", error);
  const { status } = error;
  if (status === undefined) return unavailable("The model service cannot be reached.", error);
  if (status === 401 || status === 403) {
    // Without its cause: services repeat the key in the message of this error.
    const message = `The model service refused the key in OPENAI_API_KEY (status ${status}).`;
    return new AppError("unauthorized", message, { details: detailsOf(error) });
  }
  if (status === 404) {
    const message = `The model service does not know the model "${model}" (OPENAI_MODEL) or the address in OPENAI_BASE_URL.`;
    return new AppError("bad_request", message, { details: detailsOf(error) });
  }
  if (error.code === "context_length_exceeded") {
    return new AppError("budget_exceeded", "The conversation no longer fits into the model's context.");
  }
  if (status === 400 || status === 413 || status === 422) {
    const message = `The model service refused the request: ${error.message}`;
    return new AppError("bad_request", message, { details: detailsOf(error) });
  }
  const what = error.code === "insufficient_quota" ? "has no quota left" : `answered ${status}`;
  return unavailable(`The model service ${what}.`, error);
}

/** Why a signal was aborted: time-out and cancellation come as AppErrors from whoever aborts. */
function stopError({ reason }: AbortSignal): AppError {
  if (reason instanceof AppError) return reason;
  return new AppError("cancelled", "The job was cancelled.", { cause: reason });
}

function unavailable(message: string, error: unknown): AppError {
  const seconds = error instanceof OpenAI.APIError ? retryAfterSeconds(error.headers) : null;
  const details = error instanceof OpenAI.APIError ? detailsOf(error) : {};
  const options = { cause: error, details };
  return new AppError(
    "model_unavailable",
    message,
    seconds === null ? options : { ...options, retryAfterSeconds: seconds },
  );
}

function retryAfterSeconds(headers: Headers | undefined): number | null {
  const value = headers?.get("retry-after");
  if (!value) return null;
  const seconds = Number.isNaN(Number(value)) ? (Date.parse(value) - Date.now()) / 1000 : Number(value);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.ceil(seconds) : null;
}

function detailsOf(error: InstanceType<typeof OpenAI.APIError>): Record<string, string | number | null> {
  return { status: error.status ?? null, code: error.code ?? null, request_id: error.requestID ?? null };
}
