import { randomUUID } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text as readText } from "node:stream/consumers";
import { setTimeout as wait } from "node:timers/promises";
import { ApiProblem } from "./api-problem.ts";
import { buildResponse, type ScriptedAnswer } from "./build-response.ts";
import type { Issued } from "./check-input-items.ts";
import { checkRequest, type ResponsesBody } from "./check-request.ts";
import { type Fault, sendFaulty, statusProblem } from "./fault.ts";

/** One request as it came in; `index` counts all of them from 0, refused ones and retries too. */
type SeenRequest = {
  index: number;
  headers: IncomingHttpHeaders;
  /** Parsed and accepted; null where the request was refused or met a fault before it was read. */
  body: ResponsesBody | null;
  status: number | null;
};

export type OpenAiDoubleOptions = {
  /** The model: a request to its answer. */
  script: (body: ResponsesBody, index: number) => ScriptedAnswer | Promise<ScriptedAnswer>;
  latencyMs?: number;
  /** What goes wrong with the request of this number; null: nothing. */
  faults?: (index: number) => Fault | null;
  /** When given, the only key that is let in. */
  apiKey?: string;
};

export type OpenAiDouble = AsyncDisposable & {
  /** To be given to the SDK as `baseURL`. */
  url: string;
  requests: SeenRequest[];
  /** The most requests that were in work at the same time. */
  mostAtOnce(): number;
  close(): Promise<void>;
};

/**
 * A strict double of the Responses API on a free port of 127.0.0.1: what the API refuses it refuses, with the API's
 * own error bodies. It knows nothing of this project.
 */
export async function startOpenAiDouble(options: OpenAiDoubleOptions): Promise<OpenAiDouble> {
  const issued: Issued = { reasoningOf: new Map(), encrypted: new Map() };
  const requests: SeenRequest[] = [];
  const stopping = new AbortController();
  let now = 0;
  let most = 0;
  const server = createServer((request, response) => {
    most = Math.max(most, ++now);
    response.on("close", () => now--);
    const seen: SeenRequest = { index: requests.length, headers: request.headers, body: null, status: null };
    requests.push(seen);
    answer(request, response, { options, issued, seen, stopped: stopping.signal }).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  async function close(): Promise<void> {
    stopping.abort();
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/v1`;
  return { url, requests, mostAtOnce: () => most, close, [Symbol.asyncDispose]: close };
}

type Turn = { options: OpenAiDoubleOptions; issued: Issued; seen: SeenRequest; stopped: AbortSignal };

async function answer(request: IncomingMessage, response: ServerResponse, turn: Turn): Promise<void> {
  const { options, seen, stopped } = turn;
  const fault = options.faults?.(seen.index) ?? null;
  response.setHeader("x-request-id", `req_${randomUUID().replaceAll("-", "")}`);
  response.setHeader("content-type", "application/json");
  if (fault?.kind === "drop") return void request.socket.destroy();
  const sent = await readText(request);
  if (options.latencyMs) await wait(options.latencyMs, undefined, { signal: stopped });
  if (fault?.kind === "hang") return;
  if (fault?.kind === "not_json") {
    response.setHeader("content-type", "text/html");
    return void response.end("<html><body>Gateway</body></html>");
  }
  const body = await respond(request, sent, fault, turn, response);
  seen.status = response.statusCode;
  sendFaulty(response, JSON.stringify(body), fault, stopped);
}

async function respond(
  request: IncomingMessage,
  sent: string,
  fault: Fault | null,
  { options, issued, seen }: Turn,
  response: ServerResponse,
): Promise<object> {
  try {
    checkAccess(request, options.apiKey);
    if (fault?.kind === "status") {
      if (fault.retryAfterSeconds !== undefined) response.setHeader("retry-after", String(fault.retryAfterSeconds));
      throw statusProblem(fault);
    }
    seen.body = checkRequest(parseJson(sent), issued);
    return buildResponse(seen.body, await options.script(seen.body, seen.index), issued);
  } catch (error) {
    const problem = error instanceof ApiProblem ? error : new ApiProblem(500, `The script failed: ${error}`);
    response.statusCode = problem.status;
    return problem.body();
  }
}

function checkAccess(request: IncomingMessage, apiKey: string | undefined): void {
  const key = /^Bearer (\S+)$/.exec(request.headers.authorization ?? "")?.[1];
  if (key === undefined || (apiKey !== undefined && key !== apiKey)) {
    const message = key === undefined ? "You didn't provide an API key." : `Incorrect API key provided: ${key}.`;
    throw new ApiProblem(401, message, { code: "invalid_api_key" });
  }
  if (request.method !== "POST" || request.url !== "/v1/responses") {
    throw new ApiProblem(404, `Invalid URL (${request.method} ${request.url})`);
  }
  if (!request.headers["content-type"]?.startsWith("application/json")) {
    throw new ApiProblem(400, "Unsupported content type: expected 'application/json'.");
  }
}

function parseJson(sent: string): unknown {
  try {
    return JSON.parse(sent);
  } catch {
    throw new ApiProblem(400, "We could not parse the JSON body of your request.");
  }
}
