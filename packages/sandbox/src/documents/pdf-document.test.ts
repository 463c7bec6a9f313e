import { expect, test } from "vitest";
import { type PageText, pdfOf } from "./fixtures/pdf-of.ts";
import { readPdfDocument } from "./pdf-document.ts";

const LINES = [
  "The study drug is given once a day for twelve weeks in each of",
  "the three arms, and the dose may be halved for subjects who do",
  "not tolerate it. Efficacy is measured with the total score.",
];

function paragraph(lines: string[], top: number, left = 72): PageText[] {
  return lines.map((text, i) => ({ text, x: left, y: top - i * 14, size: 12 }));
}

test("a passage keeps the page that its text stands on", async () => {
  const pdf = pdfOf([paragraph(["First page text."], 700), paragraph(["Second page text."], 700)]);
  const { blocks, pageCount } = await readPdfDocument(pdf, "a.pdf");
  expect(pageCount).toBe(2);
  expect(blocks.map(({ text, page }) => [text, page])).toEqual([
    ["First page text.", 1],
    ["Second page text.", 2],
  ]);
});

test("lines of a paragraph flow together and words broken at a line's end are mended", async () => {
  const lines = ["The tolera-", "bility of the double-", "blind treatment was good in all sub-", "jects of the study."];
  const { blocks } = await readPdfDocument(pdfOf([paragraph(lines, 700)]), "a.pdf");
  expect(
    blocks
      .map(({ text }) => text)
      .join(" ")
      .replace(/\s+/g, " "),
  ).toBe("The tolerability of the double-blind treatment was good in all subjects of the study.");
});

test("headings in bold or larger letters become sections, with numbered ones nested", async () => {
  const page: PageText[] = [
    { text: "Protocol ABC-1", x: 72, y: 740, size: 20, bold: true },
    { text: "1 Objectives", x: 72, y: 700, size: 12, bold: true },
    ...paragraph(LINES, 680),
    { text: "1.1 Primary objective", x: 72, y: 620, size: 12, bold: true },
    ...paragraph(LINES, 600),
  ];
  const { blocks, sections } = await readPdfDocument(pdfOf([page]), "a.pdf");
  expect(sections).toEqual([
    "Protocol ABC-1",
    "Protocol ABC-1 > 1 Objectives",
    "Protocol ABC-1 > 1 Objectives > 1.1 Primary objective",
  ]);
  expect(blocks.map(({ section }) => section)).toEqual(sections.slice(1));
});

test("a column of line numbers is left out, numbers in the text stay", async () => {
  const text = Array.from({ length: 12 }, (_, i) => `Sentence ${i + 1} of the draft has 40 subjects in it.`);
  const page = [
    ...paragraph(text, 700, 90),
    ...text.map((_, i): PageText => ({ text: String(i + 1), x: 50, y: 700 - i * 14, size: 8 })),
  ];
  const { blocks } = await readPdfDocument(pdfOf([page]), "a.pdf");
  const all = blocks.map((block) => block.text).join(" ");
  expect(all.split(/\s+/)).toEqual(text.join(" ").split(" "));
});

test("line numbers that the PDF writes into the text itself are left out", async () => {
  const text = Array.from({ length: 12 }, (_, i) => `${i + 41} Sentence of the draft has 40 subjects in it.`);
  const { blocks } = await readPdfDocument(pdfOf([paragraph(text, 700)]), "a.pdf");
  const all = blocks.map((block) => block.text).join(" ");
  expect(all).not.toMatch(/\b4[1-9]\b|\b5[0-2]\b/);
  expect(all.match(/40 subjects/g)).toHaveLength(12);
});

test("a table whose first column counts its rows keeps it", async () => {
  const head: PageText[] = [{ text: "The visits of the study are as follows.", x: 72, y: 720, size: 12 }];
  const rows = Array.from({ length: 8 }, (_, i): PageText[] => [
    { text: String(i + 1), x: 72, y: 690 - i * 14, size: 12 },
    { text: `Week ${i * 2}`, x: 200, y: 690 - i * 14, size: 12 },
    { text: "Blood sample", x: 330, y: 690 - i * 14, size: 12 },
  ]).flat();
  const foot = paragraph(LINES, 500);
  const { blocks } = await readPdfDocument(pdfOf([[...head, ...rows, ...foot]]), "a.pdf");
  expect(blocks.map(({ text }) => text)).toContain("3 | Week 4 | Blood sample");
});

test("repeated headers, footers and page numbers are left out", async () => {
  const pages = [1, 2, 3, 4].map((number): PageText[] => [
    { text: "Confidential Study ABC-1", x: 72, y: 760, size: 9 },
    ...paragraph([`Text of part ${"ABCD"[number - 1]}.`, ...LINES], 700),
    { text: `Page ${number} of 4`, x: 280, y: 30, size: 9 },
  ]);
  const { blocks } = await readPdfDocument(pdfOf(pages), "a.pdf");
  const all = blocks.map(({ text }) => text).join("\n");
  expect(all).not.toContain("Confidential");
  expect(all).not.toContain("of 4");
  expect(all).toContain("Text of part D.");
});

test("a sentence that runs over a page's end stands whole on the page where it begins", async () => {
  const first = paragraph(["The dose is raised to", "40 mg where the subject has"], 100);
  const second = paragraph(["tolerated 20 mg well. The next visit follows."], 700);
  const { blocks } = await readPdfDocument(pdfOf([first, second]), "a.pdf");
  expect(blocks[0]?.text.replace(/\s+/g, " ")).toBe(
    "The dose is raised to 40 mg where the subject has tolerated 20 mg well.",
  );
  expect(blocks[1]).toMatchObject({ text: "The next visit follows.", page: 2 });
});

test("pages without text are warned of by number", async () => {
  const { warnings } = await readPdfDocument(pdfOf([paragraph(LINES, 700), [], paragraph(LINES, 700)]), "a.pdf");
  expect(warnings).toEqual([expect.stringContaining("No text on page 2")]);
});

test("a scan says that it is one and has no passages", async () => {
  const { warnings, blocks } = await readPdfDocument(pdfOf([[], []]), "scan.pdf");
  expect(blocks).toEqual([]);
  expect(warnings).toEqual([expect.stringMatching(/None of the 2 pages holds text.*scan/)]);
});

test("an encrypted PDF is refused and the error says that it is encrypted", async () => {
  const pdf = pdfOf([paragraph(LINES, 700)], { encrypted: true });
  await expect(readPdfDocument(pdf, "secret.pdf")).rejects.toMatchObject({
    code: "file_unreadable",
    message: expect.stringMatching(/^secret\.pdf is encrypted/),
  });
});

test("a PDF that is cut off or garbled is an error with its name, or is read as far as it goes", async () => {
  const pdf = pdfOf([paragraph(LINES, 700), paragraph(LINES, 700)]);
  const garbled = Buffer.from(pdf).fill(0x41, 200, pdf.length - 20);
  await expect(readPdfDocument(garbled, "bad.pdf")).rejects.toMatchObject({
    code: "file_unreadable",
    message: expect.stringMatching(/^bad\.pdf is a damaged or truncated PDF/),
  });
});
