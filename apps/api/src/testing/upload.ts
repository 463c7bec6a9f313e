import { expect } from "vitest";
import type { TestApi } from "./start-test-api.ts";

export const CSV = "USUBJID,ARM,AESER\nS-1,Placebo,N\nS-2,Drug,Y\nS-3,Drug,N\n";

/** A form with one file, as a browser sends it. */
export function formWith(content: string | Uint8Array<ArrayBuffer>, name = "ae.csv", field = "file"): FormData {
  const form = new FormData();
  form.append(field, new Blob([content]), name);
  return form;
}

/** Uploads a small table; gives its id. */
export async function uploadCsv({ call }: TestApi, content = CSV, name = "ae.csv"): Promise<string> {
  const answer = await call("POST", "/api/v1/files", { body: formWith(content, name) });
  expect(answer.status, answer.text).toBe(201);
  return (answer.body as { id: string }).id;
}
