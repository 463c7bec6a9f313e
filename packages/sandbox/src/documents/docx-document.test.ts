import { expect, test } from "vitest";
import { readDocxDocument } from "./docx-document.ts";
import { docxOf, zipOf } from "./fixtures/zip-of.ts";

function paragraph(text: string, style?: string): string {
  const properties = style ? `<w:pPr><w:pStyle w:val="${style}"/></w:pPr>` : "";
  return `<w:p>${properties}<w:r><w:t>${text}</w:t></w:r></w:p>`;
}

function row(...cells: string[]): string {
  return `<w:tr>${cells.map((cell) => `<w:tc>${paragraph(cell)}</w:tc>`).join("")}</w:tr>`;
}

test("heading styles make sections and tables become rows", async () => {
  const body = [
    paragraph("Protocol ABC-1", "Heading1"),
    paragraph("3 Dose", "Heading2"),
    paragraph("The dose is 20 mg."),
    `<w:tbl>${row("Arm", "Dose")}${row("A", "20 mg")}</w:tbl>`,
  ].join("");
  const { blocks, title, pageCount } = await readDocxDocument(docxOf(body), "p.docx");
  expect(title).toBe("Protocol ABC-1");
  expect(pageCount).toBeNull();
  expect(blocks).toEqual([
    { text: "The dose is 20 mg.", page: null, section: "Protocol ABC-1 > 3 Dose" },
    { text: "Arm | Dose\nA | 20 mg", page: null, section: "Protocol ABC-1 > 3 Dose" },
  ]);
});

test("an archive that would unpack to far more than it is, is refused before it is unpacked", async () => {
  const bomb = docxOf(paragraph("x"), { "word/footnotes.xml": Buffer.alloc(30 * 1024 * 1024, 0x20) });
  await expect(readDocxDocument(bomb, "bomb.docx")).rejects.toMatchObject({
    code: "file_unreadable",
    message: expect.stringMatching(/^bomb\.docx unpacks to 31 MiB from .*zip bomb/),
  });
});

test("an archive whose directory lies about a size is refused", async () => {
  const liar = docxOf(
    paragraph("x"),
    { "word/footnotes.xml": Buffer.alloc(1024 * 1024, 0x20) },
    { "word/footnotes.xml": 100 },
  );
  await expect(readDocxDocument(liar, "liar.docx")).rejects.toMatchObject({
    code: "file_unreadable",
    message: expect.stringMatching(/word\/footnotes\.xml cannot be unpacked/),
  });
});

test("other archives under the name of a Word document are named for what they are", async () => {
  const workbook = zipOf({ "xl/workbook.xml": "<workbook/>" });
  await expect(readDocxDocument(workbook, "a.docx")).rejects.toThrow("a.docx is an Excel workbook, no Word document.");
  await expect(readDocxDocument(zipOf({ "a.txt": "a" }), "a.docx")).rejects.toThrow("has no word/document.xml");
  const truncated = docxOf(paragraph("x")).slice(0, 300);
  await expect(readDocxDocument(truncated, "a.docx")).rejects.toThrow("broken or truncated ZIP archive");
});

test("pictures without text are said to be a possible scan", async () => {
  const { warnings, blocks } = await readDocxDocument(docxOf("", { "word/media/image1.png": "x" }), "scan.docx");
  expect(blocks).toEqual([]);
  expect(warnings).toEqual([expect.stringContaining("may be a scan")]);
});
