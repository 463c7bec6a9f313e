import { Problem } from "@pharmadb/contracts";
import { expect } from "vitest";
import { z } from "zod";
import { ROUTES } from "../routes.ts";

export type Answer = { status: number; headers: Headers; text: string; body: unknown };
export type Call = (method: string, path: string, init?: RequestInit & { json?: unknown }) => Promise<Answer>;

/** Sends requests, and holds each answer against what the OpenAPI document says of it. */
export function createCall(url: string): Call {
  return async (method, path, { json, ...init } = {}) => {
    const headers = new Headers(init.headers);
    if (json !== undefined) headers.set("content-type", "application/json");
    const body = json === undefined ? init.body : JSON.stringify(json);
    const response = await fetch(new URL(path, url), { ...init, method, headers, ...(body ? { body } : {}) });
    const text = await response.text();
    const type = response.headers.get("content-type")?.split(";", 1)[0] ?? null;
    const answer = {
      status: response.status,
      headers: response.headers,
      text,
      body: type?.endsWith("json") && !type.endsWith("ndjson") ? JSON.parse(text) : null,
    };
    checkAnswer(method, new URL(path, url).pathname, answer, type);
    return answer;
  };
}

function checkAnswer(method: string, path: string, { status, headers, text, body }: Answer, type: string | null): void {
  expect(headers.get("x-request-id")).toBeTruthy();
  expect(headers.get("x-content-type-options")).toBe("nosniff");
  if (type === "application/problem+json") expectExactly(Problem, body);
  const route = ROUTES.find((candidate) => {
    const pattern = candidate.path.replace(/:\w+/g, "[^/]+");
    return candidate.method === method.toLowerCase() && new RegExp(`^${pattern}$`).test(path);
  });
  if (!route) return;
  const described = route.responses[`${status}` as "200"];
  if (!described || "$ref" in described) {
    expect(type, `${method} ${path} answered ${status}, which is not in the document: ${text}`).toBe(
      "application/problem+json",
    );
    return;
  }
  const media = described.content?.[type ?? ""] ?? described.content?.["*/*"];
  if (described.content)
    expect(media, `${method} ${path} answered ${type}, which is not in the document`).toBeDefined();
  if (media?.schema instanceof z.ZodType) expectExactly(media.schema, body);
}

/** That the value fits and has no field that the schema does not know. */
function expectExactly(schema: z.ZodType, value: unknown): void {
  expect(schema.parse(value)).toEqual(value);
}
