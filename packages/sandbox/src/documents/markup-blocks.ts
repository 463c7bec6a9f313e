import { oneLine } from "./clean-text.ts";
import { isLayoutTable, tableTexts } from "./markup-table.ts";
import { SKIPPED, textOf } from "./markup-text.ts";
import { elementsIn, type MarkupElement } from "./markup-tree.ts";

/** Where paragraphs and headings go. */
export type BlockSink = { add(text: string): void; heading(level: number, title: string): void };

const HEADING = /^h([1-6])$/;
const LISTS = new Set(["ul", "ol", "list", "menu", "dir"]);
const INLINE = new Set(
  "a abbr acronym b big bdi bdo br cite code content data del dfn em font footnote footnoteref i img ins kbd label linkhtml linkHtml mark q s samp small span strike strong sub sup time tt u var wbr".split(
    " ",
  ),
);

/** The paragraphs, list items and tables below an element, in order; works for HTML and for the text of drug labels. */
export function addBlocks(element: MarkupElement, sink: BlockSink): void {
  let inline: (MarkupElement | string)[] = [];
  const flush = () => {
    const text = lines({ name: "", attributes: {}, children: inline });
    inline = [];
    if (text !== "") sink.add(text);
  };
  for (const child of element.children) {
    if (typeof child === "string" || INLINE.has(child.name)) {
      inline.push(child);
      continue;
    }
    flush();
    if (!isHidden(child)) addBlock(child, sink);
  }
  flush();
}

function addBlock(element: MarkupElement, sink: BlockSink): void {
  const heading = HEADING.exec(element.name);
  if (heading) sink.heading(Number(heading[1]), textOf(element));
  else if (element.name === "table" && !isLayoutTable(element)) for (const text of tableTexts(element)) sink.add(text);
  else if (element.name === "pre") sink.add(rawText(element).trim());
  else if (LISTS.has(element.name)) for (const item of listItems(element, "")) sink.add(item);
  else addBlocks(element, sink);
}

/** Items with a dash, those of an inner list indented; one text an item, inner items with their own. */
function listItems(list: MarkupElement, indent: string): string[] {
  return elementsIn(list).flatMap((item) => {
    if (isHidden(item)) return [];
    const inner = elementsIn(item).filter(({ name }) => LISTS.has(name));
    const own = textOf({ ...item, children: item.children.filter((child) => !inner.includes(child as MarkupElement)) });
    const below = inner.flatMap((one) => listItems(one, `${indent}  `));
    const isTitle = item.name === "caption";
    return [...(own === "" ? [] : [`${isTitle ? "" : `${indent}- `}${own}`]), ...below];
  });
}

/** Inline content as text, with the line breaks that <br> asks for. */
function lines(element: MarkupElement): string {
  const parts: string[] = [""];
  const visit = (parent: MarkupElement) => {
    for (const child of parent.children) {
      if (typeof child === "string") parts[parts.length - 1] += child;
      else if (child.name === "br") parts.push("");
      else if (child.name === "footnote") parts[parts.length - 1] += ` [${textOf(child)}]`;
      else if (!isHidden(child)) visit(child);
    }
  };
  visit(element);
  return parts
    .map(oneLine)
    .filter((part) => part !== "")
    .join("\n");
}

function rawText(element: MarkupElement): string {
  return element.children.map((child) => (typeof child === "string" ? child : rawText(child))).join("");
}

function isHidden({ name, attributes }: MarkupElement): boolean {
  return SKIPPED.has(name) || attributes.hidden !== undefined || attributes.role === "navigation";
}
