import { oneLine } from "./clean-text.ts";
import type { Block } from "./document-text.ts";
import { addBlocks, type BlockSink } from "./markup-blocks.ts";
import { textOf } from "./markup-text.ts";
import { childNamed, childrenNamed, elementsIn, type MarkupElement } from "./markup-tree.ts";
import { productTexts } from "./spl-products.ts";
import type { XmlText } from "./xml-text.ts";

const HIGHLIGHTS = "Highlights";
/** The section of a label that holds product data in place of text. */
const PRODUCT_DATA = "48780-1";
const UNNAMED = /^SPL (?:UNCLASSIFIED|PRODUCT DATA)/i;

type Place = { blocks: Block[]; sections: string[]; path: string[] };

/** Whether this is the root of a structured product label, the form in which drug labels are published in the US. */
export function isSplLabel(root: MarkupElement): boolean {
  return root.name === "document" && childNamed(root, "component", "structuredBody") !== undefined;
}

/** A drug label: a passage's section is the path of titles, such as `2 DOSAGE AND ADMINISTRATION > 2.1 Adults`. */
export function splLabelText(root: MarkupElement): XmlText {
  const place: Place = { blocks: [], sections: [], path: [] };
  add(place, headerText(root));
  for (const section of sectionsIn(childNamed(root, "component", "structuredBody"))) addSection(section, place);
  return {
    title: textOf(childNamed(root, "title")) || null,
    pageCount: null,
    blocks: place.blocks,
    sections: place.sections,
  };
}

function addSection(section: MarkupElement, outer: Place): void {
  const title = titleOf(section);
  const place = title === "" ? outer : { ...outer, path: [...outer.path, title] };
  if (title !== "") outer.sections.push(place.path.join(" > "));
  const highlights = childNamed(section, "excerpt", "highlight", "text");
  if (highlights) addText(highlights, { ...place, path: [...place.path, HIGHLIGHTS] });
  if (childNamed(section, "code")?.attributes.code === PRODUCT_DATA)
    for (const text of productTexts(section)) add(place, text);
  const text = childNamed(section, "text");
  if (text) addText(text, place);
  for (const inner of sectionsIn(section)) addSection(inner, place);
}

function addText(text: MarkupElement, place: Place): void {
  const sink: BlockSink = { add: (block) => add(place, block), heading: (_level, title) => add(place, title) };
  addBlocks(text, sink);
}

function add(place: Place, text: string): void {
  if (text !== "") place.blocks.push({ text, page: null, section: place.path.join(" > ") || null });
}

function sectionsIn(element: MarkupElement | undefined): MarkupElement[] {
  if (!element) return [];
  return childrenNamed(element, "component").flatMap((component) => childrenNamed(component, "section"));
}

function titleOf(section: MarkupElement): string {
  const code = childNamed(section, "code");
  if (code?.attributes.code === PRODUCT_DATA) return "Product data";
  const title = textOf(childNamed(section, "title"));
  if (title !== "") return title.slice(0, 200);
  const kind = code?.attributes.displayName ?? "";
  return UNNAMED.test(kind) ? "" : oneLine(kind);
}

/** Who published which version of the label, and when. */
function headerText(root: MarkupElement): string {
  const value = (name: string) => childNamed(root, name)?.attributes.value ?? "";
  const date = value("effectiveTime").replace(/^(\d{4})(\d\d)(\d\d).*$/, "$1-$2-$3");
  const organization = textOf(childNamed(root, "author", "assignedEntity", "representedOrganization", "name"));
  const facts = [
    childNamed(root, "code")?.attributes.displayName ?? "Drug label",
    ...(organization ? [`published by ${organization}`] : []),
    ...(value("versionNumber") ? [`version ${value("versionNumber")}`] : []),
    ...(date ? [`effective ${date}`] : []),
    ...setId(root),
  ];
  return [textOf(childNamed(root, "title")), `${facts.join(", ")}.`].filter((line) => line !== "").join("\n");
}

function setId(root: MarkupElement): string[] {
  const id = elementsIn(root).find(({ name }) => name === "setId")?.attributes.root;
  return id ? [`set id ${id}`] : [];
}
