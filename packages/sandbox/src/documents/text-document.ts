import { cleanLines } from "./clean-text.ts";
import { decodeText } from "./decode-text.ts";
import type { Block, DocumentText } from "./document-text.ts";
import { joinLines } from "./join-lines.ts";

/** Plain text: paragraphs stand between empty lines; there are no pages and no sections. */
export function readTextDocument(bytes: Uint8Array, name: string): DocumentText {
  const { text, encoding } = decodeText(bytes);
  const blocks = paragraphsOf(cleanLines(text, name)).map(
    (lines): Block => ({ text: joinLines(lines), page: null, section: null }),
  );
  const warnings = encoding === "utf-8" ? [] : [`The text is in ${encoding}, not UTF-8.`];
  return { mediaType: "text/plain", title: null, pageCount: null, blocks, sections: [], warnings };
}

/** Runs of lines between empty ones. */
export function paragraphsOf(lines: string[]): string[][] {
  const paragraphs: string[][] = [[]];
  for (const line of lines) {
    if (line === "") paragraphs.push([]);
    else paragraphs.at(-1)?.push(line);
  }
  return paragraphs.filter((paragraph) => paragraph.length > 0);
}
