import { cleanLines, oneLine } from "./clean-text.ts";
import { decodeText } from "./decode-text.ts";
import type { DocumentText } from "./document-text.ts";
import { joinLines } from "./join-lines.ts";
import { sectionedBlocks } from "./sectioned-blocks.ts";
import { paragraphsOf } from "./text-document.ts";

const FENCE = /^(`{3,}|~{3,})/;
const HEADING = /^(#{1,6})\s+(.*?)\s*#*$/;

/** Markdown: headings make sections; tables and code keep their lines. */
export function readMarkdownDocument(bytes: Uint8Array, name: string): DocumentText {
  const { text } = decodeText(bytes);
  const content = sectionedBlocks();
  let open: string[] = [];
  let fence: string | null = null;
  const close = () => {
    for (const lines of paragraphsOf(open)) content.add(flow(lines));
    open = [];
  };
  for (const line of headingsAsHashes(cleanLines(withoutFrontMatter(text), name))) {
    const mark = FENCE.exec(line)?.[1];
    if (mark !== undefined && (fence === null || mark.startsWith(fence))) {
      fence = fence === null ? mark : null;
      continue;
    }
    const heading = fence === null ? HEADING.exec(line) : null;
    if (heading === null) {
      open.push(line);
      continue;
    }
    close();
    content.heading(heading[1]?.length ?? 1, oneLine(plain(heading[2] ?? "")));
  }
  close();
  const { blocks, sections, firstHeading } = content.finish();
  return { mediaType: "text/markdown", title: firstHeading, pageCount: null, blocks, sections, warnings: [] };
}

function withoutFrontMatter(text: string): string {
  return text.replace(/^\ufeff?---\r?\n[\s\S]{0,10000}?\r?\n---\r?\n/, "");
}

/** Headings written as a line of text over a line of = or - in the one form that the reader takes. */
function headingsAsHashes(lines: string[]): string[] {
  return lines.flatMap((line, i) => {
    const before = lines[i - 1] ?? "";
    const next = lines[i + 1] ?? "";
    const isUnderline = /^(=+|-{2,})$/.test(line) && isHeadingText(before);
    if (isUnderline) return [];
    if (isHeadingText(line) && /^=+$/.test(next)) return [`# ${line}`];
    if (isHeadingText(line) && /^-{2,}$/.test(next)) return [`## ${line}`];
    return [line];
  });
}

function isHeadingText(line: string): boolean {
  return line !== "" && !line.startsWith("|") && !line.startsWith("#") && !/^[-=]+$/.test(line);
}

/** A paragraph as flowing text; the rows of a table stay rows, without the line under the head. */
function flow(lines: string[]): string {
  const isTable = lines.every((line) => line.includes("|"));
  if (!isTable) return joinLines(lines.map(plain));
  return lines
    .filter((line) => !/^[|:\-\s]+$/.test(line))
    .map((line) => plain(line.replace(/^\||\|$/g, "").trim()))
    .join("\n");
}

/** Text without the marks of emphasis, code and links; the words and addresses stay. */
function plain(line: string): string {
  return line
    .replace(/!?\[([^[\]]*)\]\(([^()\s]*)[^()]*\)/g, (_, label: string, address: string) =>
      label === "" || label === address ? address : label,
    )
    .replace(/\*\*|__|`/g, "")
    .replace(/(^|[\s(])[*_]([^*_]+)[*_](?=[\s).,;:!?]|$)/g, "$1$2");
}
