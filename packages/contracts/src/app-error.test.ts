import { expect, test } from "vitest";
import { AppError, toAppError } from "./app-error.ts";

test("an unknown error becomes internal, keeps its cause and does not show its message", () => {
  const cause = new Error("password is hunter2");
  const error = toAppError(cause);
  expect(error).toMatchObject({ code: "internal", status: 500, cause });
  expect(error.message).not.toContain("hunter2");
});

test("an error of ours passes unchanged", () => {
  const error = new AppError("not_found", "No such file.");
  expect(toAppError(error)).toBe(error);
  expect(error).toMatchObject({ status: 404, retryable: false });
});
