import { AppError } from "@pharmadb/contracts";
import { expect, test } from "vitest";
import { z } from "zod";
import { createToolRegistry } from "./create-tool-registry.ts";
import { documentFile, documentsJob, NEVER, passagesOf } from "./fixtures/test-job.ts";
import type { Tool } from "./tool.ts";

const JOB = documentsJob([[documentFile("protocol.pdf"), passagesOf("The dose is 20 mg.")]]);

function failing(error: unknown): Tool {
  return { name: "test_fail", description: "Fails.", input: z.strictObject({}), run: () => Promise.reject(error) };
}

test("every tool is described by name, purpose and input", async () => {
  const registry = createToolRegistry(JOB);
  expect(registry.descriptions().map(({ name }) => name)).toEqual([
    "tables_list",
    "tables_describe",
    "tables_sample",
    "tables_query",
    "documents_search",
    "documents_read",
  ]);
  expect(registry.descriptions()[3]?.inputSchema).toMatchObject({
    required: ["sql", "purpose"],
    additionalProperties: false,
  });
});

test.each([
  ["an unknown tool", "tables_drop", "{}", /no tool "tables_drop".*tables_list, tables_describe/],
  ["arguments that are no JSON", "tables_query", '{"sql": ', /not valid JSON/],
  ["arguments that are no object", "tables_query", "null", /do not fit/],
  ["a missing argument", "tables_query", '{"sql": "SELECT 1"}', /"purpose"/],
  ["an argument that nobody knows", "tables_list", '{"schema": 1}', /"schema": Unknown field/],
  ["an argument of the wrong type", "tables_sample", '{"table": "ae", "rows": "3"}', /"rows"/],
  ["an argument out of range", "tables_sample", '{"table": "ae", "rows": 100000}', /"rows"/],
])("%s is an answer that says what is wrong", async (_what, name, args, message) => {
  const registry = createToolRegistry(JOB);
  const result = await registry.call(name, args, NEVER);
  expect(result).toMatchObject({ ok: false, content: expect.stringMatching(message), evidence: [] });
});

test.each(["query_refused", "query_failed", "file_unreadable"] as const)(
  "%s is an answer for the model",
  async (code) => {
    const registry = createToolRegistry(JOB, [failing(new AppError(code, "Because of this."))]);
    expect(await registry.call("test_fail", "{}", NEVER)).toEqual({
      ok: false,
      content: "Because of this.",
      data: { error: { code, message: "Because of this." } },
      evidence: [],
    });
  },
);

test.each(["cancelled", "timeout", "sandbox_failed", "internal"] as const)("%s is thrown", async (code) => {
  const registry = createToolRegistry(JOB, [failing(new AppError(code, "No."))]);
  await expect(registry.call("test_fail", "{}", NEVER)).rejects.toMatchObject({ code });
});

test("an error that nobody expected is thrown as it is", async () => {
  const registry = createToolRegistry(JOB, [failing(new TypeError("a bug"))]);
  await expect(registry.call("test_fail", "{}", NEVER)).rejects.toThrow(TypeError);
});

test("no tool starts once the job is cancelled", async () => {
  const registry = createToolRegistry(JOB);
  const reason = new AppError("cancelled", "Cancelled.");
  await expect(registry.call("tables_list", "{}", AbortSignal.abort(reason))).rejects.toBe(reason);
});
