import { getDocumentProxy } from "unpdf";
import { oneLine } from "./clean-text.ts";
import type { DocumentText } from "./document-text.ts";
import { joinLines } from "./join-lines.ts";
import { withoutFurniture } from "./pdf-furniture.ts";
import { headingKey, headingLevels } from "./pdf-headings.ts";
import { withoutLeadingNumbers, withoutNumberColumn } from "./pdf-line-numbers.ts";
import { type PdfItem, type PdfLine, pdfLines } from "./pdf-lines.ts";
import { type PdfParagraph, pdfParagraphs } from "./pdf-paragraphs.ts";
import { sectionedBlocks } from "./sectioned-blocks.ts";
import { unreadable } from "./unreadable.ts";

const MAX_PAGES = 2000;
const MAX_ITEMS_PER_PAGE = 50_000;
const MAX_OUTLINE_TITLES = 2000;
const MAX_PAGES_NAMED = 20;

type Pdf = Awaited<ReturnType<typeof getDocumentProxy>>;
type PdfPage = Awaited<ReturnType<Pdf["getPage"]>>;

/** A PDF's text with the page of each paragraph; headers, footers, page and line numbers are left out. */
export async function readPdfDocument(bytes: Uint8Array, name: string): Promise<DocumentText> {
  const pdf = await open(bytes, name);
  try {
    const count = Math.min(pdf.numPages, MAX_PAGES);
    const raw: PdfLine[][] = [];
    for (let number = 1; number <= count; number++) raw.push(await linesOfPage(pdf, number, name));
    const pages = withoutFurniture(raw);
    const levelOf = headingLevels(pages, await outlineOf(pdf));
    const isWord = vocabulary(pages);
    const content = sectionedBlocks();
    for (const { page, paragraph } of acrossPages(pages.map((lines) => pdfParagraphs(lines, levelOf)))) {
      if (paragraph.level !== null) content.heading(paragraph.level, oneLine(paragraph.lines.join(" ")), page);
      else content.add(joinLines(paragraph.lines, isWord), page);
    }
    const { blocks, sections, firstHeading } = content.finish();
    const empty = raw.flatMap((lines, i) => (lines.length === 0 ? [i + 1] : []));
    return {
      mediaType: "application/pdf",
      title: (await titleOf(pdf)) || firstHeading,
      pageCount: pdf.numPages,
      blocks,
      sections,
      warnings: warningsFor(pdf.numPages, count, empty),
    };
  } finally {
    await pdf.loadingTask.destroy();
  }
}

async function open(bytes: Uint8Array, name: string): Promise<Pdf> {
  try {
    // Pictures are never decoded. The reader takes the bytes over: they are gone from here.
    return await getDocumentProxy(bytes, { maxImageSize: 0, verbosity: 0 });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const isEncrypted = (error instanceof Error && error.name === "PasswordException") || /password/i.test(message);
    if (isEncrypted)
      throw unreadable(name, "is encrypted: it needs a password. Save it without one and upload it again.", error);
    throw unreadable(name, `is a damaged or truncated PDF: ${message}`, error);
  }
}

async function linesOfPage(pdf: Pdf, number: number, name: string): Promise<PdfLine[]> {
  try {
    const page = await pdf.getPage(number);
    const { items } = await page.getTextContent({ includeMarkedContent: false });
    const fonts = await fontNames(page);
    const runs = items.slice(0, MAX_ITEMS_PER_PAGE).flatMap((item): PdfItem[] => {
      if (!("str" in item)) return [];
      const [, , c = 0, d = 0, x = 0, y = 0] = item.transform as number[];
      return [
        {
          text: item.str,
          x,
          y,
          width: item.width,
          height: item.height || Math.hypot(c, d),
          font: fonts(item.fontName),
        },
      ];
    });
    return withoutLeadingNumbers(pdfLines(withoutNumberColumn(runs)));
  } catch (error) {
    throw unreadable(
      name,
      `cannot be read on page ${number}: ${error instanceof Error ? error.message : error}`,
      error,
    );
  }
}

/** The names of a page's fonts, which tell bold ones; they are known only once the page's drawing has been read. */
async function fontNames(page: PdfPage): Promise<(id: string) => string> {
  await page.getOperatorList();
  return (id) => {
    if (!page.commonObjs.has(id)) return "";
    const font = page.commonObjs.get(id) as { name?: unknown } | null;
    return typeof font?.name === "string" ? font.name : "";
  };
}

type PlacedParagraph = { page: number; paragraph: PdfParagraph };

/** The paragraphs of all pages; one that runs on over the page's end gets the end of its last sentence from there. */
function* acrossPages(pages: PdfParagraph[][]): Generator<PlacedParagraph> {
  for (const [i, paragraphs] of pages.entries()) {
    const last = paragraphs.at(-1);
    const next = pages[i + 1]?.[0];
    if (last && next && last.level === null && next.level === null) takeRestOfSentence(last, next);
    for (const paragraph of paragraphs) if (paragraph.lines.length > 0) yield { page: i + 1, paragraph };
  }
}

function takeRestOfSentence(last: PdfParagraph, next: PdfParagraph): void {
  const isOpen = !/[.:;!?]["'”’)\]]*\d*$/.test(last.lines.at(-1) ?? "");
  if (!isOpen || !/^\p{Ll}/u.test(next.lines[0] ?? "")) return;
  while (next.lines.length > 0) {
    const line = next.lines.shift() ?? "";
    const end = /^.*?[.!?]["'”’)\]]*(?=\s+["'“‘([]*\p{Lu}|$)/u.exec(line)?.[0];
    last.lines.push(end ?? line);
    if (end === undefined) continue;
    const rest = line.slice(end.length).trim();
    if (rest !== "") next.lines.unshift(rest);
    return;
  }
}

/** Which words the document writes, to mend words that a line's end has broken. */
function vocabulary(pages: PdfLine[][]): (word: string) => boolean {
  const words = new Set<string>();
  for (const { text } of pages.flat()) {
    // The word at the end of a line may be half a word.
    for (const word of text.replace(/\S+$/, "").match(/\p{L}+(?:-\p{L}+)*/gu) ?? []) words.add(word.toLowerCase());
  }
  return (word) => words.has(word.toLowerCase());
}

type OutlineItem = { title: string; items: OutlineItem[] };

/** The titles of the document's own outline with their depth; empty where it has none or a broken one. */
async function outlineOf(pdf: Pdf): Promise<Map<string, number>> {
  const titles = new Map<string, number>();
  const outline = ((await pdf.getOutline().catch(() => null)) ?? []) as OutlineItem[];
  const left: { item: OutlineItem; depth: number }[] = outline.map((item) => ({ item, depth: 1 }));
  for (let next = left.shift(); next && titles.size < MAX_OUTLINE_TITLES; next = left.shift()) {
    const key = headingKey(next.item.title);
    if (key.length > 2 && !titles.has(key)) titles.set(key, next.depth);
    for (const item of next.item.items) left.push({ item, depth: (next?.depth ?? 0) + 1 });
  }
  return titles;
}

/** The title that the file carries, unless it is a file name that the program put there. */
async function titleOf(pdf: Pdf): Promise<string> {
  const metadata = await pdf.getMetadata().catch(() => null);
  const title = (metadata?.info as { Title?: unknown } | undefined)?.Title;
  const text = typeof title === "string" ? oneLine(title) : "";
  return /\.(?:docx?|pdf|rtf|wpd|indd)$/i.test(text) || /^(?:untitled|microsoft word)/i.test(text) ? "" : text;
}

function warningsFor(pages: number, read: number, empty: number[]): string[] {
  const warnings: string[] = [];
  if (empty.length === read) {
    warnings.push(
      `None of the ${read} pages holds text: this is a scan or pictures only. Text in pictures is not read.`,
    );
  } else if (empty.length > 0) {
    const named = empty.slice(0, MAX_PAGES_NAMED).join(", ");
    const more = empty.length > MAX_PAGES_NAMED ? ` and ${empty.length - MAX_PAGES_NAMED} more` : "";
    warnings.push(`No text on page${empty.length === 1 ? "" : "s"} ${named}${more}: blank, a scan or a picture.`);
  }
  if (read < pages) warnings.push(`Only the first ${read} of ${pages} pages were read.`);
  return warnings;
}
