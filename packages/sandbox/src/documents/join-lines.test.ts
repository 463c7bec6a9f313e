import { expect, test } from "vitest";
import { joinLines } from "./join-lines.ts";

test("lines of flowing text become one, list items and short lines keep their break", () => {
  const lines = [
    "Subjects are given one of two",
    "doses of the study drug:",
    "- 20 mg in the morning",
    "- 40 mg in the morning",
  ];
  expect(joinLines(lines)).toBe(
    "Subjects are given one of two doses of the study drug:\n- 20 mg in the morning\n- 40 mg in the morning",
  );
  expect(joinLines(["Food and Drug Administration, Center", "Beltsville", "Phone 301"])).toBe(
    "Food and Drug Administration, Center Beltsville\nPhone 301",
  );
});

test("a word broken at a line's end is mended, a compound keeps its hyphen", () => {
  expect(joinLines(["the effi-", "cacy was good"])).toBe("the efficacy was good");
  expect(joinLines(["a double-", "blind study"])).toBe("a double-blind study");
  expect(joinLines(["over 12-", "week periods"])).toBe("over 12-week periods");
});

test("how the document writes a word elsewhere decides about its hyphen", () => {
  const isWord = (word: string) => word === "dose-finding" || word === "postdose";
  expect(joinLines(["a dose-", "finding study"], isWord)).toBe("a dose-finding study");
  expect(joinLines(["the post-", "dose sample"], isWord)).toBe("the postdose sample");
});

test("a hundred thousand lines join in linear time", () => {
  const lines = Array.from({ length: 100_000 }, (_, i) => `line number ${i} of a very long paragraph`);
  const start = process.cpuUsage();
  expect(joinLines(lines).length).toBeGreaterThan(3_000_000);
  expect(process.cpuUsage(start).user / 1000).toBeLessThan(3000);
});
