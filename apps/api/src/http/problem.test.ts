import { Problem } from "@pharmadb/contracts";
import { expect } from "vitest";
import { test } from "../testing/api-test.ts";
import type { TestApi } from "../testing/start-test-api.ts";

async function refused(api: TestApi, path: string, json: unknown) {
  const { status, body } = await api.call("POST", path, { json });
  expect(status).toBe(422);
  return Problem.parse(body);
}

test("the detail of a body with several faults names the first and says how many more there are", async ({ api }) => {
  const one = await refused(api, "/api/v1/research", { question: "Why?", colour: 1 });
  expect(one.detail).toBe('body field "colour": Unknown field.');
  const three = await refused(api, "/api/v1/research", { question: "Why?", colour: 1, size: 2, shape: 3 });
  expect(three.detail).toBe('body field "colour": Unknown field. … and 2 more');
  expect(three.errors?.map(({ path }) => path)).toEqual(["colour", "size", "shape"]);
});

test("files that do not exist are counted in the detail too, and each is in errors", async ({ api }) => {
  const file_ids = ["0", "1", "2"].map((digit) => `file_${digit.repeat(26)}`);
  const unknown = await refused(api, "/api/v1/research", { question: "Why?", file_ids });
  expect(unknown.detail).toBe('body field "file_ids.0": There is no such file. … and 2 more');
  expect(unknown.errors).toHaveLength(3);
});
