/** What each error code means to its two readers: HTTP reads `status`, the job processor reads `retry`. */
export const ERROR_CODES = {
  invalid_json: { status: 400, retry: false, title: "The body is not valid JSON" },
  invalid_request: { status: 422, retry: false, title: "The request is not valid" },
  bad_request: { status: 400, retry: false, title: "The request is malformed" },
  unauthorized: { status: 401, retry: false, title: "Authentication is required" },
  forbidden: { status: 403, retry: false, title: "Not allowed" },
  not_found: { status: 404, retry: false, title: "Not found" },
  method_not_allowed: { status: 405, retry: false, title: "Method not allowed" },
  not_acceptable: { status: 406, retry: false, title: "Not acceptable" },
  request_timeout: { status: 408, retry: true, title: "The request came too slowly" },
  conflict: { status: 409, retry: false, title: "Conflict with the current state" },
  idempotency_conflict: { status: 409, retry: false, title: "The idempotency key was used with another body" },
  payload_too_large: { status: 413, retry: false, title: "The body is too large" },
  unsupported_media_type: { status: 415, retry: false, title: "Unsupported media type" },
  range_not_satisfiable: { status: 416, retry: false, title: "The range is not satisfiable" },
  headers_too_large: { status: 431, retry: false, title: "The headers are too large" },
  rate_limited: { status: 429, retry: true, title: "Too many requests" },
  overloaded: { status: 503, retry: true, title: "The service is at its limit" },
  unavailable: { status: 503, retry: true, title: "A dependency is unavailable" },
  file_unreadable: { status: 422, retry: false, title: "The file cannot be read" },
  query_refused: { status: 422, retry: false, title: "The query is not allowed" },
  query_failed: { status: 422, retry: false, title: "The query failed" },
  sandbox_failed: { status: 503, retry: true, title: "The sandbox process ended" },
  url_refused: { status: 422, retry: false, title: "The URL is not allowed" },
  unreachable: { status: 502, retry: true, title: "The other side cannot be reached" },
  timeout: { status: 504, retry: false, title: "The time limit was reached" },
  cancelled: { status: 409, retry: false, title: "Cancelled" },
  superseded: { status: 409, retry: false, title: "A newer attempt has taken over" },
  budget_exceeded: { status: 422, retry: false, title: "The budget is spent" },
  model_unavailable: { status: 503, retry: true, title: "The model service is unavailable" },
  model_refused: { status: 422, retry: false, title: "The model refused" },
  model_malformed: { status: 502, retry: true, title: "The model's answer was malformed" },
  attempts_exhausted: { status: 500, retry: false, title: "The job ended its process too often" },
  internal: { status: 500, retry: true, title: "Internal error" },
} as const satisfies Record<string, { status: number; retry: boolean; title: string }>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** One complaint about a body, at a path such as `files.0.name` (empty for the whole body). */
export type FieldError = { path: string; message: string };

export type AppErrorOptions = {
  cause?: unknown;
  /** Field-level complaints, shown to the client as `errors`. */
  errors?: FieldError[];
  /** Seconds after which the same call may work, sent as `Retry-After`. */
  retryAfterSeconds?: number;
  /** Facts for the log and the problem document; never secrets, never file content. */
  details?: Record<string, string | number | boolean | null>;
};

/** An error that we throw on purpose. Its message is written for the client. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly errors: FieldError[];
  readonly retryAfterSeconds: number | null;
  readonly details: Record<string, string | number | boolean | null>;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "AppError";
    this.code = code;
    this.errors = options.errors ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds ?? null;
    this.details = options.details ?? {};
  }

  get status(): number {
    return ERROR_CODES[this.code].status;
  }

  /** Whether the job processor may try again. */
  get retryable(): boolean {
    return ERROR_CODES[this.code].retry;
  }
}

/** The error as an AppError: an unknown one becomes `internal`, with itself as the cause. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return new AppError("internal", "An internal error occurred.", { cause: error });
}
