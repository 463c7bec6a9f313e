import { Research } from "@pharmadb/contracts";
import { expect } from "vitest";
import type { TestApi } from "./start-test-api.ts";
import { uploadCsv } from "./upload.ts";

/** Submits a question about a small table; gives the job. */
export async function submit(api: TestApi, body: Record<string, unknown> = {}): Promise<Research> {
  const file_ids = [await uploadCsv(api)];
  const answer = await api.call("POST", "/api/v1/research", {
    json: { question: "How many subjects?", file_ids, ...body },
  });
  expect(answer.status, answer.text).toBe(202);
  return Research.parse(answer.body);
}
