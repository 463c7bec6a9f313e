import { ERROR_CODES, type ErrorCode, Problem } from "@pharmadb/contracts";
import type { ZodOpenApiResponsesObject } from "zod-openapi";
import type { Route } from "../http/route.ts";
import { describeHeaders } from "./json-response.ts";

/** What may be answered to any request. */
const ANYWHERE: ErrorCode[] = ["bad_request", "forbidden", "overloaded", "internal"];
/** And to one that wants a key. */
const WITH_KEY: ErrorCode[] = ["unauthorized", "rate_limited"];

/** The problem answers of a route, one a status, each naming the codes that it may carry. */
export function problemResponses({ problems, scope }: Pick<Route, "problems" | "scope">): ZodOpenApiResponsesObject {
  const codes = [...problems, ...ANYWHERE, ...(scope === "public" ? [] : WITH_KEY)];
  const byStatus = Map.groupBy(new Set(codes), (code) => ERROR_CODES[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      String(status),
      {
        description: group.map((code) => `\`${code}\`: ${ERROR_CODES[code].title}.`).join(" "),
        headers: describeHeaders({
          "X-Request-Id": "The id under which the log knows this request.",
          ...(status === 503 || status === 429 ? { "Retry-After": "Seconds after which the same call may work." } : {}),
          ...(status === 401 ? { "WWW-Authenticate": "`Bearer`, and what is wrong with the key that was sent." } : {}),
          ...(status === 416 ? { "Content-Range": "The size of the file: `bytes */SIZE`." } : {}),
        }),
        content: { "application/problem+json": { schema: Problem } },
      },
    ]),
  );
}
