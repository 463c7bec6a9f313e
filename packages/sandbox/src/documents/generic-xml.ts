import { oneLine } from "./clean-text.ts";
import type { Block } from "./document-text.ts";
import { textOf } from "./markup-text.ts";
import { childNamed, elementsIn, type MarkupElement } from "./markup-tree.ts";
import type { XmlText } from "./xml-text.ts";

const SECTION_DEPTH = 3;
const NAMING = ["name", "title", "label", "id", "oid"];

/** Any XML: an element with text or attributes is a line; the upper levels with a name or children are sections. */
export function genericXmlText(root: MarkupElement): XmlText {
  const blocks: Block[] = [];
  const sections = new Set<string>();
  visit(root, [], blocks, sections);
  const title = textOf(childNamed(root, "title") ?? childNamed(root, "name"));
  return { title: title || null, pageCount: null, blocks, sections: [...sections] };
}

function visit(element: MarkupElement, path: string[], blocks: Block[], sections: Set<string>): void {
  const inner = elementsIn(element);
  const makesSection = inner.length > 0 && !hasOwnText(element) && path.length < SECTION_DEPTH;
  const here = makesSection ? [...path, sectionName(element)] : path;
  if (makesSection) sections.add(here.join(" > "));
  const line = lineOf(element);
  if (line !== "") blocks.push({ text: line, page: null, section: here.join(" > ") || null });
  // Text with markup in it is a sentence, not a record: lineOf has told all of it.
  if (!hasOwnText(element)) for (const child of inner) visit(child, here, blocks, sections);
}

function lineOf(element: MarkupElement): string {
  const attributes = Object.entries(element.attributes)
    .filter(([name]) => !/^xmlns|^xsi:/.test(name))
    .map(([name, value]) => `${name}=${oneLine(value)}`);
  const text = hasOwnText(element) ? textOf(element) : "";
  if (attributes.length === 0 && text === "") return "";
  const head = attributes.length === 0 ? element.name : `${element.name} (${attributes.join(", ")})`;
  return text === "" ? head : `${head}: ${text}`;
}

function hasOwnText(element: MarkupElement): boolean {
  return element.children.some((child) => typeof child === "string" && child.trim() !== "");
}

function sectionName(element: MarkupElement): string {
  const naming = Object.entries(element.attributes).find(([name]) => NAMING.includes(name.toLowerCase()));
  const child = elementsIn(element).find(({ name }) => name.toLowerCase() === "title" || name.toLowerCase() === "name");
  const name = oneLine(naming?.[1] ?? "") || textOf(child);
  return name === "" ? element.name : `${element.name} ${name.slice(0, 100)}`;
}
