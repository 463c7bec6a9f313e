import { AppError, ERROR_CODES, type ErrorCode, Problem, parseOwn } from "@pharmadb/contracts";
import type { z } from "zod";

export type ClientOptions = {
  /** Where the service listens, such as `http://127.0.0.1:8000`. */
  baseUrl: string;
  /** An API key; none is needed on loopback without keys. */
  apiKey?: string;
};

/** Sends a request to the service. Problem documents come back as AppErrors with the service's code and message. */
export type Http = {
  send(path: string, init?: RequestInit): Promise<Response>;
  json<S extends z.ZodType>(schema: S, path: string, init?: RequestInit): Promise<z.output<S>>;
};

export function createHttp({ baseUrl, apiKey }: ClientOptions): Http {
  async function send(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (apiKey !== undefined) headers.set("authorization", `Bearer ${apiKey}`);
    const response = await fetch(new URL(path, baseUrl), { ...init, headers }).catch((error: unknown) => {
      if (init.signal?.aborted) throw error;
      throw new AppError("unavailable", `No service answers at ${baseUrl}.`, { cause: error });
    });
    if (!response.ok) throw await problemOf(response);
    return response;
  }
  return {
    send,
    json: async (schema, path, init) => parseOwn(schema, await (await send(path, init)).json(), `answer of ${path}`),
  };
}

/** A request that brings JSON along. */
export function jsonBody(method: "POST" | "PATCH", value: object): RequestInit {
  return { method, headers: { "content-type": "application/json" }, body: JSON.stringify(value) };
}

async function problemOf(response: Response): Promise<AppError> {
  const text = await response.text();
  const problem = Problem.safeParse(parsedOrNull(text));
  if (!problem.success) return new AppError("internal", `The service answered ${response.status} without a reason.`);
  const { code, detail, errors = [], request_id } = problem.data;
  const known: ErrorCode = code in ERROR_CODES ? (code as ErrorCode) : "internal";
  return new AppError(known, detail, { errors, details: { request_id, status: response.status } });
}

function parsedOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not the service's own answer: a proxy's page, say.
    return null;
  }
}
