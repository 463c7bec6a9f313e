import { ERROR_CODES, type ErrorCode, Problem } from "@pharmadb/contracts";
import type { ZodOpenApiResponsesObject } from "zod-openapi";
import type { Route } from "../http/route.ts";
import { describeHeaders } from "./json-response.ts";
import { problemExamples } from "./problem-examples.ts";

/** What may be answered to any request. */
const ANYWHERE: ErrorCode[] = ["bad_request", "forbidden", "headers_too_large", "overloaded", "internal"];
/** And to one that has a body. */
const WITH_BODY: ErrorCode[] = ["request_timeout"];
/** And to one that wants a key. */
const WITH_KEY: ErrorCode[] = ["unauthorized", "rate_limited"];

/** With each answer to a key, and to submissions without one where those are limited. */
export const RATE_LIMIT_HEADERS = {
  "RateLimit-Policy": 'How many requests a minute there may be: `"key";q=600;w=60`.',
  RateLimit: 'How many are left, and the seconds to the next minute: `"key";r=599;t=60`.',
};

/** The problem answers of a route, one a status, each naming the codes that it may carry. */
export function problemResponses({
  problems,
  scope,
  method,
}: Pick<Route, "problems" | "scope" | "method">): ZodOpenApiResponsesObject {
  const codes = [
    ...[...problems, ...ANYWHERE],
    ...(scope === "public" ? [] : WITH_KEY),
    ...(method === "get" || method === "delete" ? [] : WITH_BODY),
  ];
  const byStatus = Map.groupBy(new Set(codes), (code) => ERROR_CODES[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      String(status),
      {
        description: group.map((code) => `\`${code}\`: ${ERROR_CODES[code].title}.`).join(" "),
        headers: describeHeaders({
          "X-Request-Id": "The id under which the log knows this request.",
          ...(status === 503 || status === 429 ? { "Retry-After": "Seconds after which the same call may work." } : {}),
          ...(status === 429 ? RATE_LIMIT_HEADERS : {}),
          ...(status === 401 ? { "WWW-Authenticate": "`Bearer`, and what is wrong with the key that was sent." } : {}),
          ...(status === 416 ? { "Content-Range": "The size of the file: `bytes */SIZE`." } : {}),
        }),
        content: { "application/problem+json": { schema: Problem, examples: problemExamples(group) } },
      },
    ]),
  );
}
