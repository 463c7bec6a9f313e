import { expect, test } from "vitest";
import { startOpenAiDouble } from "./start-openai-double.ts";

const SCHEMA = { type: "object", properties: { a: { type: "string" } }, required: ["a"], additionalProperties: false };
const FORMAT = { type: "json_schema", name: "answer", strict: true, schema: SCHEMA };

async function post(body: unknown, headers: Record<string, string> = { authorization: "Bearer key" }) {
  await using double = await startOpenAiDouble({ script: () => ({ text: { a: "b" } }), apiKey: "key" });
  const response = await fetch(`${double.url}/responses`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  const answer = (await response.json()) as { error?: object };
  return { status: response.status, body: answer, requestId: response.headers.get("x-request-id") };
}

function user(text: string) {
  return { role: "user", content: [{ type: "input_text", text }] };
}

test("a good request is answered with a response object, a request id and usage", async () => {
  const { status, body, requestId } = await post({ model: "gpt-5", input: [user("hi")], text: { format: FORMAT } });
  expect(status).toBe(200);
  expect(body).toMatchObject({ object: "response", status: "completed", usage: { input_tokens: expect.any(Number) } });
  expect(requestId).toMatch(/^req_/);
});

const call = { type: "function_call", call_id: "call_1", name: "f", arguments: "{}" };
const output = { type: "function_call_output", call_id: "call_1", output: "x" };

function withSchema(schema: object) {
  return { model: "gpt-5", input: "hi", text: { format: { ...FORMAT, schema } } };
}

test.each([
  ["an unknown field", { model: "gpt-5", input: "hi", max_tokens: 3 }, "max_tokens"],
  ["a missing model", { input: "hi" }, "model"],
  ["a call without its output", { model: "gpt-5", input: [user("hi"), call] }, "No tool output found"],
  ["an output without its call", { model: "gpt-5", input: [user("hi"), output] }, "No tool call found"],
  ["an output before its call", { model: "gpt-5", input: [output, call] }, "No tool call found"],
  ["an unknown item field", { model: "gpt-5", input: [{ ...user("hi"), name: "x" }] }, "input[0].name"],
  ["a part of the wrong side", { model: "gpt-5", input: [{ ...user("hi"), role: "assistant" }] }, "input_text"],
  ["stored reasoning", { model: "gpt-5", input: "hi", include: ["reasoning.encrypted_content"] }, "store"],
  ["reasoning it did not make", { model: "gpt-5", input: [{ type: "reasoning", id: "rs_1", summary: [] }] }, "rs_1"],
  ["too few output tokens", { model: "gpt-5", input: "hi", max_output_tokens: 3 }, "max_output_tokens"],
  ["an open object", withSchema({ ...SCHEMA, additionalProperties: true }), "additionalProperties"],
  ["an optional property", withSchema({ ...SCHEMA, required: [] }), "Missing 'a'"],
  [
    "an unsupported keyword",
    withSchema({ ...SCHEMA, properties: { a: { type: "string", minLength: 1 } } }),
    "'minLength' is not permitted",
  ],
  ["an array at the root", withSchema({ type: "array", items: SCHEMA }), "type 'object'"],
  ["bad JSON", "{", "parse the JSON"],
])("%s is refused with a 400 that says so", async (_, sent, message) => {
  const { status, body } = await post(sent);
  expect(status).toBe(400);
  expect(body.error).toMatchObject({ type: "invalid_request_error", message: expect.stringContaining(message) });
});

test.each([[{}], [{ authorization: "Bearer other" }], [{ authorization: "Basic key" }]])(
  "a request without the right key is refused with a 401",
  async (headers) => {
    const { status, body } = await post({ model: "gpt-5", input: "hi" }, headers as Record<string, string>);
    expect(status).toBe(401);
    expect(body.error).toMatchObject({ code: "invalid_api_key" });
  },
);
