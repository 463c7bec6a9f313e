import { createOpenAiModel, type ModelRequest, type OpenAiModelOptions, WriterOutput } from "@pharmadb/agents";
import { AppError } from "@pharmadb/contracts";
import { expect, test } from "vitest";
import type { ScriptedAnswer } from "./build-response.ts";
import { type OpenAiDouble, type OpenAiDoubleOptions, startOpenAiDouble } from "./start-openai-double.ts";

const KEY = "sk-test-very-secret";
const SCHEMA = {
  type: "object",
  properties: { a: { type: "string", minLength: 1 } },
  required: ["a"],
  additionalProperties: false,
};
const REQUEST: ModelRequest = {
  role: "researcher",
  instructions: "Be exact.",
  prompt: "How many?",
  task: {},
  transcript: [],
  tools: [{ name: "tables_query", description: "Runs SQL.", inputSchema: SCHEMA }],
  output: { name: "answer", schema: SCHEMA },
  maxOutputTokens: 500,
};
const NEVER = new AbortController().signal;

function modelOf(double: OpenAiDouble, options: Partial<OpenAiModelOptions> = {}) {
  return createOpenAiModel({ apiKey: KEY, baseURL: double.url, model: "gpt-5-mini", ...options });
}

async function failure(
  options: Partial<OpenAiDoubleOptions> & { answer?: ScriptedAnswer },
  model: Partial<OpenAiModelOptions> = {},
): Promise<{ error: AppError; requests: number }> {
  await using double = await startOpenAiDouble({ script: () => options.answer ?? { text: "{}" }, ...options });
  const error = await modelOf(double, model)
    .respond(REQUEST, NEVER)
    .catch((caught: unknown) => caught);
  if (!(error instanceof AppError)) throw new Error(`no AppError but ${error}`);
  return { error, requests: double.requests.length };
}

test("a call asks for nothing to be stored, for encrypted reasoning and for strict output", async () => {
  await using double = await startOpenAiDouble({ script: () => ({ text: { a: "b" } }), apiKey: KEY });
  const response = await modelOf(double).respond(REQUEST, NEVER);
  expect(response).toMatchObject({ text: '{"a":"b"}', toolCalls: [] });
  expect(double.requests[0]?.body).toMatchObject({
    store: false,
    include: ["reasoning.encrypted_content"],
    parallel_tool_calls: true,
    max_output_tokens: 500,
    tools: [{ type: "function", name: "tables_query", strict: true }],
    text: { format: { type: "json_schema", name: "answer", strict: true } },
  });
});

test("tool calls go back with their reasoning and outputs, numbered for citing", async () => {
  await using double = await startOpenAiDouble({
    script: (_, index) =>
      index === 0
        ? {
            toolCalls: [
              { name: "tables_query", arguments: { a: "1" } },
              { name: "tables_query", arguments: { a: "2" } },
            ],
          }
        : { text: { a: "done" } },
  });
  const model = modelOf(double);
  const first = await model.respond(REQUEST, NEVER);
  expect(first.toolCalls.map(({ argumentsJson }) => argumentsJson)).toEqual(['{"a":"1"}', '{"a":"2"}']);
  const answers = first.toolCalls.map(({ callId, name }, index) => ({
    kind: "tool" as const,
    answer: { callId, name, content: "42", data: null, evidence: index === 0 ? [3] : [4, 5], ok: true },
  }));
  const transcript = [
    { kind: "model" as const, ...first },
    ...answers,
    { kind: "correction" as const, text: "Answer now." },
  ];
  const second = await model.respond({ ...REQUEST, transcript }, NEVER);
  expect(second.text).toBe('{"a":"done"}');
  const input = double.requests[1]?.body?.input as { type: string; output?: string }[];
  expect(input.map(({ type }) => type)).toEqual([
    "message",
    "reasoning",
    "function_call",
    "function_call",
    "function_call_output",
    "function_call_output",
    "message",
  ]);
  expect(input[4]?.output).toContain("[E3]");
  expect(input[5]?.output).toContain("[E4], [E5]");
});

test("a turn without raw items is handed back from its text and calls", async () => {
  await using double = await startOpenAiDouble({ script: () => ({ text: { a: "b" } }) });
  const toolCalls = [{ callId: "call_1", name: "tables_query", argumentsJson: "{}" }];
  const answer = { callId: "call_1", name: "tables_query", content: "no", data: null, evidence: [], ok: false };
  const transcript = [
    { kind: "model" as const, text: "", toolCalls, raw: [] },
    { kind: "tool" as const, answer },
    { kind: "model" as const, text: "not JSON", toolCalls: [], raw: [] },
    { kind: "correction" as const, text: "Answer in JSON." },
  ];
  await expect(modelOf(double).respond({ ...REQUEST, transcript }, NEVER)).resolves.toBeDefined();
});

test("usage is priced, with cached tokens at their own price", async () => {
  const usage = { input_tokens: 1_000_000, cached_tokens: 400_000, output_tokens: 100_000 };
  await using double = await startOpenAiDouble({ script: () => ({ text: { a: "b" }, usage }) });
  const prices = { "gpt-5-mini": { input: 1, cachedInput: 0.1, output: 10 } };
  const response = await modelOf(double, { prices }).respond(REQUEST, NEVER);
  expect(response.usage).toEqual({
    input_tokens: 1_000_000,
    output_tokens: 100_000,
    cost_usd: expect.closeTo(1.64, 9),
  });
});

test("a model without a known price costs nothing and says so once", async () => {
  await using double = await startOpenAiDouble({ script: () => ({ text: { a: "b" } }) });
  const warnings: string[] = [];
  const log = { warn: (message: string) => warnings.push(message) };
  const model = modelOf(double, { model: "llama-9", log });
  expect((await model.respond(REQUEST, NEVER)).usage.cost_usd).toBe(0);
  await model.respond(REQUEST, NEVER);
  expect(warnings).toEqual([expect.stringContaining("llama-9")]);
  expect(model.isPriced).toBe(false);
});

test("a model that does not reason is not asked for its reasoning", async () => {
  await using double = await startOpenAiDouble({ script: () => ({ text: { a: "b" } }) });
  await modelOf(double, { model: "gpt-4.1-mini" }).respond(REQUEST, NEVER);
  expect(double.requests[0]?.body).not.toHaveProperty("include");
});

test("429 with Retry-After is tried again after that time and then answered", async () => {
  await using double = await startOpenAiDouble({
    script: () => ({ text: { a: "b" } }),
    faults: (index) => (index === 0 ? { kind: "status", status: 429, retryAfterSeconds: 1 } : null),
  });
  const before = performance.now();
  await modelOf(double).respond(REQUEST, NEVER);
  expect(performance.now() - before).toBeGreaterThanOrEqual(990);
  expect(double.requests.map(({ status }) => status)).toEqual([429, 200]);
});

test("a service that stays over its limit is unavailable, with the time after which to ask again", async () => {
  const faults = () => ({ kind: "status" as const, status: 429, retryAfterSeconds: 90 });
  const { error, requests } = await failure({ faults }, { maxRetries: 0 });
  expect(error).toMatchObject({ code: "model_unavailable", retryAfterSeconds: 90, retryable: true });
  expect(requests).toBe(1);
});

test("server errors and dropped connections are tried three times", async () => {
  const dropped = await failure({
    faults: (index) => (index === 1 ? { kind: "drop" } : { kind: "status", status: 500 }),
  });
  expect(dropped.error).toMatchObject({ code: "model_unavailable", details: { status: 500 } });
  expect(dropped.requests).toBe(3);
});

test.each([
  ["a body cut in the middle", { kind: "cut" as const }],
  ["a page of a proxy", { kind: "not_json" as const }],
])("%s is no answer", async (_, fault) => {
  const { error } = await failure({ faults: () => fault }, { maxRetries: 0 });
  expect(["model_unavailable", "model_malformed"]).toContain(error.code);
});

test("a refused key is an error that names the variable, is not retried and does not show the key", async () => {
  const { error, requests } = await failure({ apiKey: "another" });
  expect(error).toMatchObject({
    code: "unauthorized",
    retryable: false,
    message: expect.stringContaining("OPENAI_API_KEY"),
  });
  expect(`${error.message} ${JSON.stringify(error.details)} ${error.cause}`).not.toContain(KEY);
  expect(requests).toBe(1);
});

test.each([
  ["a refusal", { refusal: "I cannot help with that." }, "model_refused"],
  ["a filtered answer", { text: "{", incomplete: "content_filter" as const }, "model_refused"],
  ["a truncated answer", { text: '{"a":', incomplete: "max_output_tokens" as const }, "model_malformed"],
  ["an empty answer", {}, "model_malformed"],
  ["a failed answer", { failed: { code: "server_error", message: "x" } }, "model_unavailable"],
])("%s becomes an error of its own", async (_, answer, code) => {
  expect((await failure({ answer })).error.code).toBe(code);
});

test("a truncated answer tells what it cost", async () => {
  const answer = {
    text: "{",
    incomplete: "max_output_tokens" as const,
    usage: { input_tokens: 10, output_tokens: 500 },
  };
  expect((await failure({ answer })).error.details).toMatchObject({ input_tokens: 10, output_tokens: 500 });
});

test("a conversation too long for the model ends as a spent budget", async () => {
  const faults = () => ({ kind: "status" as const, status: 400, code: "context_length_exceeded" });
  expect((await failure({ faults })).error.code).toBe("budget_exceeded");
});

test("an unknown model and a refused request are not retried", async () => {
  for (const status of [400, 404]) {
    const { error, requests } = await failure({ faults: () => ({ kind: "status", status }) });
    expect(error).toMatchObject({ code: "bad_request", retryable: false });
    expect(requests).toBe(1);
  }
});

test.each([
  ["hangs", { kind: "hang" as const }],
  ["drips", { kind: "drip" as const, bytes: 1, everyMs: 50 }],
])("an abort ends a call at once while the service %s", async (_, fault) => {
  const controller = new AbortController();
  await using double = await startOpenAiDouble({
    script: () => ({ text: { a: "b" } }),
    faults: () => {
      setImmediate(() => controller.abort(new AppError("timeout", "The time limit was reached.")));
      return fault;
    },
  });
  const call = modelOf(double).respond(REQUEST, controller.signal);
  await expect(call).rejects.toMatchObject({ code: "timeout" });
});

test("an answer that drips in is put together", async () => {
  await using double = await startOpenAiDouble({
    script: () => ({ text: { a: "b" } }),
    faults: () => ({ kind: "drip", bytes: 200, everyMs: 1 }),
  });
  expect((await modelOf(double).respond(REQUEST, NEVER)).text).toBe('{"a":"b"}');
});

test("no more requests are on the wire than connections are allowed", async () => {
  await using double = await startOpenAiDouble({ script: () => ({ text: { a: "b" } }), latencyMs: 20 });
  const model = modelOf(double, { maxConnections: 3 });
  await Promise.all(Array.from({ length: 12 }, () => model.respond(REQUEST, NEVER)));
  expect(double.requests).toHaveLength(12);
  expect(double.mostAtOnce()).toBe(3);
});

test("a call that waits for a connection ends with its signal and leaves its place to others", async () => {
  await using double = await startOpenAiDouble({
    script: () => ({ text: { a: "b" } }),
    faults: (index) => (index === 0 ? { kind: "drip", bytes: 100, everyMs: 10 } : null),
  });
  const model = modelOf(double, { maxConnections: 1 });
  const controller = new AbortController();
  const first = model.respond(REQUEST, NEVER);
  const waiting = model.respond(REQUEST, controller.signal);
  controller.abort(new AppError("cancelled", "Cancelled."));
  await expect(waiting).rejects.toMatchObject({ code: "cancelled" });
  await first;
  await model.respond(REQUEST, NEVER);
  expect(double.requests).toHaveLength(2);
});

test("the roles' own schemas are strict as the API understands it", async () => {
  await using double = await startOpenAiDouble({ script: () => ({ text: { a: "b" } }) });
  const { $schema: _, ...schema } = WriterOutput.toJSONSchema();
  await modelOf(double).respond(
    { ...REQUEST, output: { name: "report", schema: schema as ModelRequest["task"] } },
    NEVER,
  );
  expect(double.requests[0]?.body?.text?.format).toMatchObject({ strict: true });
});

test("each answer of the service is told, also those that the client tries again by itself", async () => {
  const faults = (index: number) => (index < 2 ? ({ kind: "status", status: index === 0 ? 429 : 503 } as const) : null);
  await using double = await startOpenAiDouble({ script: () => ({ text: "{}" }), faults });
  const statuses: number[] = [];
  await modelOf(double, { onResponse: (status) => statuses.push(status) }).respond(REQUEST, NEVER);
  expect(statuses).toEqual([429, 503, 200]);
});

test("each request waits for its share, retries too, and says what it came to", async () => {
  const told: string[] = [];
  await using double = await startOpenAiDouble({
    script: () => ({ text: { a: "b" } }),
    faults: (index) => (index === 0 ? { kind: "status", status: 500 } : null),
  });
  const takeShare = async ({ tokens, priority }: { tokens: number; priority: string }) => {
    const n = told.push(`${double.requests.length} sent`);
    expect(tokens).toBeGreaterThan(500);
    expect(priority).toBe("batch");
    return { settle: (used: number) => void told.push(`share ${n} came to ${used}`) };
  };
  const { usage } = await modelOf(double, { takeShare }).respond({ ...REQUEST, priority: "batch" }, NEVER);
  const used = usage.input_tokens + usage.output_tokens;
  expect(used).toBeGreaterThan(0);
  expect(told).toEqual(["0 sent", "share 1 came to 0", "1 sent", `share 3 came to ${used}`]);
});

test("a refusal uses the share that it came to", async () => {
  const usage = { input_tokens: 10, output_tokens: 20 };
  await using double = await startOpenAiDouble({ script: () => ({ refusal: "No.", usage }) });
  const settled: number[] = [];
  const takeShare = async () => ({ settle: (used: number) => void settled.push(used) });
  const refused = modelOf(double, { takeShare }).respond(REQUEST, NEVER);
  await expect(refused).rejects.toMatchObject({ code: "model_refused", details: usage });
  expect(settled).toEqual([30]);
});

test("a call that is cancelled while it waits for its share is never sent", async () => {
  await using double = await startOpenAiDouble({ script: () => ({ text: { a: "b" } }) });
  const stop = new AbortController();
  const takeShare = (_: object, signal: AbortSignal) =>
    new Promise<never>((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
      stop.abort(new AppError("timeout", "It took too long."));
    });
  const answer = modelOf(double, { takeShare }).respond(REQUEST, stop.signal);
  await expect(answer).rejects.toMatchObject({ code: "timeout", message: "It took too long." });
  expect(double.requests).toEqual([]);
});
