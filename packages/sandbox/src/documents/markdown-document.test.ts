import { expect, test } from "vitest";
import { readMarkdownDocument } from "./markdown-document.ts";

function read(markdown: string) {
  return readMarkdownDocument(Buffer.from(markdown), "a.md");
}

test("headings of both styles make nested sections", () => {
  const { blocks, title, sections } = read(
    "Protocol\n========\n\nIntro text.\n\n## Dose\n\nTake **20 mg** ([label](https://x.org)).\n",
  );
  expect(title).toBe("Protocol");
  expect(sections).toEqual(["Protocol", "Protocol > Dose"]);
  expect(blocks).toEqual([
    { text: "Intro text.", page: null, section: "Protocol" },
    { text: "Take 20 mg (label).", page: null, section: "Protocol > Dose" },
  ]);
});

test("a # in a code block is no heading, and code keeps its lines", () => {
  const { sections, blocks } = read("# A\n\n```r\n# not a heading\nx <- 1\n```\n");
  expect(sections).toEqual(["A"]);
  expect(blocks[0]?.text).toContain("# not a heading");
});

test("tables keep their rows, list items their lines", () => {
  const { blocks } = read("| Arm | Dose |\n| --- | --- |\n| A | 20 mg |\n\n- one\n- two\n");
  expect(blocks.map(({ text }) => text)).toEqual(["Arm | Dose\nA | 20 mg", "- one\n- two"]);
});

test("variable names with underscores stay whole, and front matter is left out", () => {
  const { blocks } = read("---\ntitle: x\n---\n\nThe flag TRT_01_A and *really* `AESER`.\n");
  expect(blocks.map(({ text }) => text)).toEqual(["The flag TRT_01_A and really AESER."]);
});
