import { AppError, ERROR_CODES, type ErrorCode, type Problem } from "@pharmadb/contracts";
import { toProblem } from "../http/problem.ts";

const CODES = Object.keys(ERROR_CODES) as ErrorCode[];
const MISSING = { path: "question", message: "Missing: expected string." };

/** A problem of each code, as the components that answers refer to. */
export const PROBLEM_EXAMPLES: Record<string, { summary: string; value: Problem }> = Object.fromEntries(
  CODES.map((code) => [code, { summary: code, value: problemExample(code) }]),
);

/** References to the examples of some codes. */
export function problemExamples(codes: readonly ErrorCode[]): Record<string, { $ref: string }> {
  return Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${code}` }]));
}

function problemExample(code: ErrorCode): Problem {
  const { title } = ERROR_CODES[code];
  const error =
    code === "invalid_request"
      ? new AppError(code, `body field "${MISSING.path}": ${MISSING.message}`, { errors: [MISSING] })
      : new AppError(code, `${title}.`);
  return toProblem(error, { instance: "/api/v1/research", requestId: "req_01karyr5d2s6j8n0q4b6f8k2mz" });
}
