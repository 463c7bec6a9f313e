import { expect, test } from "vitest";
import { z } from "zod";
import { AppError } from "./app-error.ts";
import { parse, parseOwn } from "./parse.ts";
import { ResearchRequest } from "./research-request.ts";

function errorOf(body: unknown): AppError {
  try {
    parse(ResearchRequest, body);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error("The body was accepted.");
}

test("a minimal request gets its defaults", () => {
  expect(parse(ResearchRequest, { question: "  How many subjects? " })).toEqual({
    question: "How many subjects?",
    file_ids: [],
    depth: "standard",
    priority: "interactive",
    metadata: {},
  });
});

test.each(["metadata", "output_schema.properties", "budget", "webhook"])(
  "the name __proto__, which would be lost, is refused in %s",
  (path) => {
    const [outer = "", inner] = path.split(".");
    const named = JSON.parse('{"__proto__":"x"}');
    const value = inner === undefined ? named : { [inner]: named };
    expect(errorOf({ question: "abc", [outer]: value }).errors.map((error) => error.path)).toContain(
      `${path}.__proto__`,
    );
  },
);

test("metadata are as they can be kept and compared", () => {
  const metadata = { "a\0": "b\0", c: "\ud800" };
  expect(parse(ResearchRequest, { question: "abc", metadata }).metadata).toEqual({ "a\ufffd": "b\ufffd", c: "\ufffd" });
});

test.each([
  ["an unknown field by its own name", { question: "abc", colour: 1 }, "colour"],
  ["an unknown nested field", { question: "abc", budget: { max_euros: 1 } }, "budget.max_euros"],
  ["a missing question", {}, "question"],
  ["a question of white space", { question: "     " }, "question"],
  ["a bad file id by its position", { question: "abc", file_ids: ["file_x"] }, "file_ids.0"],
  ["a time limit under ten seconds", { question: "abc", timeout_seconds: 9 }, "timeout_seconds"],
  ["an unknown source", { question: "abc", sources: ["files", "wikipedia"] }, "sources.1"],
  [
    "too many metadata pairs",
    { question: "abc", metadata: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`k${i}`, "v"])) },
    "metadata",
  ],
])("%s is named", (_name, body, path) => {
  const error = errorOf(body);
  expect(error.code).toBe("invalid_request");
  expect(error.errors.map((entry) => entry.path)).toContain(path);
  expect(error.message).toContain(path);
});

test("a field that is not there is missing, and says what it is to be", () => {
  expect(errorOf({}).errors).toEqual([{ path: "question", message: "Missing: expected string." }]);
  expect(errorOf({ question: "How many?", metadata: 1 }).errors[0]?.message).toMatch(
    /expected object, received number/,
  );
  expect(errorOf({ question: null }).errors[0]?.message).toBe("Invalid input: expected string, received null");
});

test("a column of a client's file may have the one name that no field may have", () => {
  const row: unknown = JSON.parse('{"question": "How many?", "metadata": {}, "rows": [{"__proto__": 1, "ARM": "A"}]}');
  const Task = z.object({ question: z.string(), rows: z.array(z.record(z.string(), z.json())) });
  expect(() => parse(Task, row)).toThrow("rows.0.__proto__");
  expect(parseOwn(Task, row, "task")).toEqual({ question: "How many?", rows: [{ ARM: "A" }] });
  expect(() => parseOwn(Task, { question: 1, rows: [] }, "task")).toThrow('task field "question"');
});
