import { decodeText } from "./decode-text.ts";
import type { DocumentText } from "./document-text.ts";
import { addBlocks } from "./markup-blocks.ts";
import { textOf } from "./markup-text.ts";
import { descendantsNamed, parseMarkup } from "./markup-tree.ts";
import { sectionedBlocks } from "./sectioned-blocks.ts";

/** A web page: headings make sections, tables become rows, scripts, styles and navigation are left out. */
export function readHtmlDocument(bytes: Uint8Array, name: string): DocumentText {
  const head = Buffer.from(bytes.subarray(0, 1024)).toString("latin1");
  const { text } = decodeText(bytes, /<meta[^>]+charset=["']?([\w-]+)/i.exec(head)?.[1]);
  return { ...htmlText(text, name), mediaType: "text/html" };
}

/** The same for HTML that is already text. */
export function htmlText(html: string, name: string): Omit<DocumentText, "mediaType"> {
  const root = parseMarkup(html, "html", name);
  const content = sectionedBlocks();
  addBlocks(root, content);
  const { blocks, sections, firstHeading } = content.finish();
  const title = textOf(descendantsNamed(root, "title").next().value ?? undefined);
  return { title: title || firstHeading, pageCount: null, blocks, sections, warnings: [] };
}
