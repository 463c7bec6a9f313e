import { test as base } from "vitest";
import { openTestParts, startTestApi, type TestApi, type TestParts } from "./start-test-api.ts";

/** A test with an API over parts that all tests of its file share. */
export const test = base
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads from the pattern which fixtures it needs.
  .extend("parts", { scope: "file" }, async ({}, { onCleanup }): Promise<TestParts> => {
    const parts = await openTestParts();
    onCleanup(() => parts[Symbol.asyncDispose]());
    return parts;
  })
  .extend("api", { scope: "file" }, async ({ parts }, { onCleanup }): Promise<TestApi> => {
    const api = await startTestApi(parts);
    onCleanup(() => api.close());
    return api;
  });
