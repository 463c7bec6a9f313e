import fc from "fast-check";
import { expect, test } from "vitest";
import { cutPassages } from "./cut-passages.ts";
import { sentencesOf } from "./cut-text.ts";
import type { Block } from "./document-text.ts";

function block(text: string, page: number | null = null, section: string | null = null): Block {
  return { text, page, section };
}

const SENTENCE = "The subject took the study drug as planned and reported no adverse event at this visit. ";

test("short paragraphs of a section are put together up to the size of a passage", () => {
  const passages = cutPassages(Array.from({ length: 10 }, () => block(SENTENCE.repeat(3).trim())));
  expect(passages.length).toBeLessThan(6);
  for (const { text } of passages.slice(0, -1)) {
    expect(text.length).toBeGreaterThanOrEqual(600);
    expect(text.length).toBeLessThanOrEqual(1200);
  }
});

test("no passage crosses a page or a section", () => {
  const passages = cutPassages([
    block("a", 1, "One"),
    block("b", 1, "Two"),
    block("c", 2, "Two"),
    block("d", 2, "Two"),
  ]);
  expect(passages).toEqual([
    { n: 1, text: "a", page: 1, section: "One" },
    { n: 2, text: "b", page: 1, section: "Two" },
    { n: 3, text: "c\nd", page: 2, section: "Two" },
  ]);
});

test("a long paragraph is cut between sentences", () => {
  const passages = cutPassages([block(SENTENCE.repeat(40).trim())]);
  for (const { text } of passages) expect(text).toMatch(/^The subject.*visit\.$/s);
});

test("text in one huge line without blanks is cut all the same", () => {
  const passages = cutPassages([block("x".repeat(1_000_000))]);
  expect(passages.every(({ text }) => text.length <= 1200)).toBe(true);
  expect(passages.reduce((sum, { text }) => sum + text.length, 0)).toBe(1_000_000);
});

test("abbreviations, initials and decimal numbers end no sentence", () => {
  expect(
    sentencesOf("Drugs (e.g. Aspirin) were given by Dr. J. Smith at 2.5 mg. All recovered. See Fig. 3 for more."),
  ).toEqual(["Drugs (e.g. Aspirin) were given by Dr. J. Smith at 2.5 mg.", "All recovered.", "See Fig. 3 for more."]);
});

test("every word of the document stands in a passage, in order, and passages count from 1", () => {
  const words = fc.array(fc.string({ minLength: 1, maxLength: 12, unit: "grapheme" }), {
    minLength: 1,
    maxLength: 400,
  });
  const blocks = fc.array(fc.record({ words, page: fc.integer({ min: 1, max: 3 }) }), { maxLength: 12 });
  const wordsOf = (text: string) => text.split(/\s+/).filter((word) => word !== "");
  fc.assert(
    fc.property(blocks, (made) => {
      const given = made.map((one) => block(one.words.join(" "), one.page));
      const passages = cutPassages(given);
      expect(passages.map(({ n }) => n)).toEqual(passages.map((_, i) => i + 1));
      expect(passages.every(({ text }) => text.length <= 1200)).toBe(true);
      expect(passages.flatMap(({ text }) => wordsOf(text))).toEqual(given.flatMap(({ text }) => wordsOf(text)));
    }),
    { numRuns: 50 },
  );
});
