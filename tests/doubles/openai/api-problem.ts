/** An answer of the API that is an error, in its own body format. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly type: string;
  readonly param: string | null;
  readonly code: string | null;

  constructor(status: number, message: string, { type, param, code }: Partial<Omit<ProblemBody, "message">> = {}) {
    super(message);
    this.status = status;
    this.type = type ?? "invalid_request_error";
    this.param = param ?? null;
    this.code = code ?? null;
  }

  body(): { error: ProblemBody } {
    return { error: { message: this.message, type: this.type, param: this.param, code: this.code } };
  }
}

type ProblemBody = { message: string; type: string; param: string | null; code: string | null };

/** A 400 about one field of the request. */
export function invalid(message: string, param: string, code = "invalid_request_error"): ApiProblem {
  return new ApiProblem(400, message, { param, code });
}

/** The value as an object; a 400 naming the field otherwise. */
export function asObject(value: unknown, param: string): Record<string, unknown> {
  if (value !== null && typeof value === "object" && !Array.isArray(value)) return value as Record<string, unknown>;
  throw invalid(`Invalid type for '${param}': expected an object.`, param, "invalid_type");
}

/** Refuses fields that the API does not know. */
export function refuseUnknown(value: Record<string, unknown>, known: readonly string[], param: string): void {
  for (const key of Object.keys(value)) {
    const name = param === "" ? key : `${param}.${key}`;
    if (!known.includes(key)) throw invalid(`Unknown parameter: '${name}'.`, name, "unknown_parameter");
  }
}

/** The value as text; a 400 naming the field otherwise. */
export function asText(value: unknown, param: string): string {
  if (typeof value === "string") return value;
  throw invalid(`Invalid type for '${param}': expected a string.`, param, "invalid_type");
}
