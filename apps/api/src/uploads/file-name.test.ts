import * as fc from "fast-check";
import { expect, test } from "vitest";
import { cleanFileName } from "./file-name.ts";

test("a name has no path, nothing hidden and at most 255 characters, whatever is sent", async () => {
  await fc.assert(
    fc.property(fc.oneof(fc.string({ unit: "binary", maxLength: 600 }), fc.string()), (sent) => {
      const name = cleanFileName(sent);
      expect(name.length).toBeLessThanOrEqual(255);
      expect(name).not.toMatch(/[/\\\p{Cc}\u202e]/u);
      expect(name.isWellFormed()).toBe(true);
      expect(["..", "."]).not.toContain(name);
      expect(cleanFileName(name)).toBe(name);
    }),
    { numRuns: 500 },
  );
});

test("marks that turn the direction of reading are taken out", () => {
  expect(cleanFileName("report\u202efdp.exe")).toBe("reportfdp.exe");
});

test("a long name is cut before its extension", () => {
  expect(cleanFileName(`${"n".repeat(300)}.parquet`)).toBe(`${"n".repeat(247)}.parquet`);
});
