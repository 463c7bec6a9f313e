import { expect, test } from "vitest";
import { drugNames, withBothNames } from "./drug-names.ts";
import { searchTerm, words } from "./search-terms.ts";

function terms(text: string): (string | null)[] {
  return words(text).map(searchTerm);
}

test.each([
  ["dose", "doses", "dosed", "dosing", "dosage"],
  ["study", "studies", "Study"],
  ["recommend", "recommended", "recommends", "recommendation"],
  ["diagnosis", "DIAGNOSIS"],
  ["event", "events"],
  ["rash", "rashes"],
  ["stop", "stopped", "stopping"],
])("%s and its forms are one term", (...forms) => {
  expect(new Set(forms.flatMap(terms)).size).toBe(1);
});

test("words that differ in meaning stay apart", () => {
  const apart = ["placebo", "place", "virus", "dose", "dog", "rat", "rate", "ulcer", "mg", "ALT", "AST"];
  expect(new Set(apart.flatMap(terms)).size).toBe(apart.length);
});

test("codes and amounts are kept whole, compounds give their parts, accents fall away", () => {
  expect(terms("ADAS-Cog CQ01NAM 12.5 Sjögren")).toEqual(["ada", "cog", "cq01nam", "12.5", "sjogren"]);
  expect(terms("what is the")).toEqual([null, null, null]);
});

test("a title that names brand and substance makes the two one word, others do not", () => {
  expect(drugNames("VIAGRA® (sildenafil citrate) tablets")).toEqual(["VIAGRA", "sildenafil"]);
  expect(drugNames("Protocol (amended)")).toBeNull();
  expect(withBothNames("Take Viagra.", ["VIAGRA", "sildenafil"])).toBe("Take VIAGRA sildenafil.");
});
