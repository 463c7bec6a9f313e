import { existsSync } from "node:fs";
import { mkdtempDisposable, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import fc from "fast-check";
import { expect, type TestContext, test } from "vitest";
import { pdfOf } from "./fixtures/pdf-of.ts";
import { docxOf } from "./fixtures/zip-of.ts";
import { type ReadDocument, readDocument } from "./read-document.ts";

const SHARED = resolve(import.meta.dirname, "../../../../../shared/data/docs");

async function read(name: string, bytes: Uint8Array | string): Promise<ReadDocument> {
  await using folder = await mkdtempDisposable(join(tmpdir(), "documents-"));
  const path = join(folder.path, "file");
  await writeFile(path, bytes);
  return await readDocument({ name, path, bytes: Buffer.byteLength(bytes), sha256: "0" });
}

async function readShared({ skip }: TestContext, name: string): Promise<ReadDocument> {
  const path = join(SHARED, name);
  skip(!existsSync(path), `${name} is not here: this test needs the shared data`);
  return await readDocument({ name, path, bytes: (await stat(path)).size, sha256: "0" });
}

function textOf({ passages }: ReadDocument): string {
  return passages.map(({ text }) => text).join("\n");
}

test("the profile tells title, pages, passages, sections and warnings", async () => {
  const { mediaType, profile, passages } = await read("notes.md", "# Notes\n\nFirst.\n\n## Dose\n\nSecond.\n");
  expect(mediaType).toBe("text/markdown");
  expect(passages.map(({ n, text, section }) => [n, text, section])).toEqual([
    [1, "First.", "Notes"],
    [2, "Second.", "Notes > Dose"],
  ]);
  expect(profile).toEqual({
    title: "Notes",
    page_count: null,
    passage_count: 2,
    character_count: 13,
    sections: ["Notes", "Notes > Dose"],
    warnings: [],
  });
});

test("the bytes decide about the format, and a name that says another is warned of", async () => {
  const html = await read("page.txt", "<!doctype html><html><body><p>Hello.</p></body></html>");
  expect(html.mediaType).toBe("text/html");
  expect(html.profile.warnings).toEqual([
    expect.stringContaining("The name says plain text, but the content is an HTML page"),
  ]);
  expect((await read("upload", pdfOf([[{ text: "Hello.", x: 72, y: 700, size: 12 }]]))).mediaType).toBe(
    "application/pdf",
  );
  expect((await read("upload", docxOf("<w:p><w:r><w:t>Hi.</w:t></w:r></w:p>"))).mediaType).toMatch(/wordprocessingml/);
});

test("an error page under the name of a PDF is refused by what it is", async () => {
  const page = "<!DOCTYPE html><html><body>404 Not Found</body></html>";
  await expect(read("protocol.pdf", page)).rejects.toMatchObject({
    code: "file_unreadable",
    message: "protocol.pdf is named as a PDF, but its content is an HTML page.",
  });
});

test.each([
  ["empty.txt", "", /^empty\.txt is empty/],
  ["blank.txt", " \n\n \n", /^blank\.txt holds no text/],
  ["old.doc", Buffer.from("d0cf11e0a1b11ae1", "hex"), /old Office file/],
  ["data.bin", Buffer.from([0, 1, 2, 3, 255, 254, 0, 9]), /begins with the bytes 00 01 02 03 ff fe 00 09/],
  ["picture.png", Buffer.from("89504e470d0a1a0a", "hex"), /PNG image/],
  ["notes.txt.gz", Buffer.from("1f8b0800", "hex"), /gzip archive/],
])("%s is refused with its name and the reason", async (name, bytes, message) => {
  await expect(read(name, bytes)).rejects.toMatchObject({
    code: "file_unreadable",
    message: expect.stringMatching(message),
  });
});

test("a text longer than any document is cut with a warning", async () => {
  const { profile } = await read("long.txt", `${"word ".repeat(2000)}\n\n`.repeat(1100));
  expect(profile.character_count).toBeLessThanOrEqual(10_000_000);
  expect(profile.warnings).toEqual(["Only the first 10,000,000 characters were read."]);
});

test("random bytes after any known beginning are read or refused as unreadable, never anything else", async () => {
  const beginnings = ["", "%PDF-1.7\n", "PK\u0003\u0004", "<?xml version='1.0'?><a>", "<html><table>", "# "].map(
    (text) => Buffer.from(text, "latin1"),
  );
  const names = fc.constantFrom("a.pdf", "a.docx", "a.html", "a.xml", "a.md", "a.txt", "a");
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...beginnings),
      fc.uint8Array({ maxLength: 2000 }),
      names,
      async (start, rest, name) => {
        const error = await read(name, Buffer.concat([start, rest])).then(
          () => null,
          (thrown) => thrown,
        );
        if (error !== null)
          expect(error).toMatchObject({ code: "file_unreadable", message: expect.stringContaining(name) });
      },
    ),
    { numRuns: 150 },
  );
});

test("a PDF with bytes changed at random is read or refused as unreadable", async () => {
  const pdf = pdfOf([[{ text: "Hello there.", x: 72, y: 700, size: 12 }]]);
  const changes = fc.array(fc.tuple(fc.nat(pdf.length - 1), fc.nat(255)), { minLength: 1, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(changes, async (made) => {
      const bytes = Uint8Array.from(pdf);
      for (const [at, value] of made) bytes[at] = value;
      const error = await read("a.pdf", bytes).then(
        () => null,
        (thrown) => thrown,
      );
      if (error !== null) expect(error).toMatchObject({ code: "file_unreadable" });
    }),
    { numRuns: 100 },
  );
});

test("a real data guide has its sections, pages and endpoints", async (context) => {
  const guide = await readShared(context, "cdiscpilot01_adam_dataguide.pdf");
  expect(guide.profile).toMatchObject({ title: "Guide to ADaM Analysis Data", page_count: 8, warnings: [] });
  const endpoints = guide.passages.find(({ text }) => text.includes("two primary endpoints"));
  expect(endpoints).toMatchObject({ page: 3, section: expect.stringMatching(/Where to Find Key Data > Efficacy$/) });
  expect(endpoints?.text).toMatch(/ADAS-Cog \(11\).*CIBIC\+/);
  expect(textOf(guide)).not.toMatch(/Page \d of 8/);
});

test("real guidances keep their numbered sections and drop page numbers", async (context) => {
  const stability = await readShared(context, "fda_CMC_Stability_Testing_Drug_Products.pdf");
  const months = stability.passages.find(({ text }) => text.includes("provide 6 months of data"));
  expect(months).toMatchObject({ page: 5, section: expect.stringMatching(/III\. DISCUSSION$/) });
  const phase1 = await readShared(context, "fda_IND_Phase1_Content_Format.pdf");
  expect(phase1.profile.sections).toContainEqual(
    expect.stringMatching(/G\. Pharmacology and Toxicology.* > 2\. Toxicology: Integrated Summary/),
  );
  expect(textOf(phase1)).toContain("differences between well-characterized, therapeutic");
});

test("a real drug label has section paths and readable tables", async (context) => {
  const label = await readShared(context, "viagra_spl_label.xml");
  const dose = label.passages.find(({ section }) => section === "2 DOSAGE AND ADMINISTRATION > 2.1 Dosage Information");
  expect(dose?.text).toMatch(/^For most patients, the recommended dose is 50 mg/);
  const table = label.passages.find(({ text }) => text.includes("Table 1: Adverse Reactions"));
  expect(table?.text).toMatch(/\nHeadache \| 16% \|/);
});

test("real narratives in a Windows encoding are read as such, a paragraph a passage", async (context) => {
  const narratives = await readShared(context, "cdiscpilot01_narratives_latin1.txt");
  expect(narratives.passages).toHaveLength(3);
  expect(narratives.passages[0]?.text).toContain("Alzheimer’s dementia");
  expect(narratives.profile.warnings).toEqual(["The text is in windows-1252, not UTF-8."]);
});

test.each([
  ["one huge line", "a.txt", () => "x".repeat(12_000_000)],
  ["as many empty paragraphs as may be", "a.txt", () => "a\n\n".repeat(490_000)],
  ["millions of lines", "a.txt", () => "a\n".repeat(5_000_000)],
  ["open brackets without end", "a.md", () => "[a](".repeat(3_000_000)],
  ["open tags without end", "a.html", () => `<html>${"<b>".repeat(3_000_000)}`],
  [
    "cells that all span fifty rows and columns",
    "a.html",
    () => `<html><table>${"<tr><td rowspan=50 colspan=50>a".repeat(20_000)}`,
  ],
  [
    "entities in millions",
    "a.xml",
    () => `<?xml version="1.0"?><!DOCTYPE a [${'<!ENTITY a "b">'.repeat(500_000)}]><a>x</a>`,
  ],
])("%s in a document end in seconds", async (_what, name, text) => {
  const start = process.cpuUsage();
  const error = await read(name, text()).then(
    () => null,
    (thrown) => thrown,
  );
  if (error !== null) expect(error).toMatchObject({ code: "file_unreadable" });
  expect(process.cpuUsage(start).user / 1000).toBeLessThan(8000);
});
