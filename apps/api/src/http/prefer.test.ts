import { expect, test } from "vitest";
import { preferredWait } from "./prefer.ts";

test("the wait is found among other preferences and cut to what is granted", () => {
  expect(preferredWait("wait=10")).toBe(10);
  expect(preferredWait('respond-async, Wait = "5"; x=1')).toBe(5);
  expect(preferredWait("wait=3600")).toBe(60);
  expect(preferredWait("wait=0")).toBe(0);
  for (const header of [undefined, "", "respond-async", "wait", "wait=", "wait=-1", "wait=1.5", "await=5"]) {
    expect(preferredWait(header), header ?? "absent").toBeNull();
  }
});
