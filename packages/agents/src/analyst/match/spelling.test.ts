import { expect, test } from "vitest";
import { writtenOut } from "../lexicon/abbreviations.ts";
import { meantWord } from "./spelling.ts";

test.each([
  ["subects", "subjects"],
  ["percentge", "percentage"],
  ["advrese", "adverse"],
])("%s is read as %s", (typed, meant) => {
  expect(meantWord(typed)).toBe(meant);
});

test.each(["fever", "liver", "weight", "troponin", "ALTX", "701"])("%s is left as it is", (word) => {
  expect(meantWord(word)).toBeNull();
});

test.each([
  ["pts w/o SAE, wk 8", "patients without SAE, week 8"],
  ["aged seventy-five", "aged 75"],
  ["between first and last dose", "between first dose and last dose"],
  ["# of AEs", "number of AEs"],
])("%s is written out as %s", (short, long) => {
  expect(writtenOut(short).trim()).toBe(long);
});
