import { oneLine } from "./clean-text.ts";
import { textOf } from "./markup-text.ts";
import { childNamed, childrenNamed, descendantsNamed, type MarkupElement } from "./markup-tree.ts";
import { sectionedBlocks } from "./sectioned-blocks.ts";
import type { XmlText } from "./xml-text.ts";

/** Whether this is the root of a define.xml, the description of a trial's data sets. */
export function isDefineXml(root: MarkupElement): boolean {
  return root.name === "ODM" && !descendantsNamed(root, "ItemGroupDef").next().done;
}

/** A define.xml in words: a section a data set with its variables, then code lists, methods and comments. */
export function defineXmlText(root: MarkupElement): XmlText {
  const content = sectionedBlocks();
  const known = definitionsOf(root);
  const study = childNamed(childNamed(root, "Study"), "GlobalVariables");
  const title = textOf(childNamed(study, "StudyName"));
  if (study)
    content.add(
      [title, textOf(childNamed(study, "StudyDescription")), textOf(childNamed(study, "ProtocolName"))]
        .filter((text) => text !== "")
        .join("\n"),
    );
  for (const dataset of known.of("ItemGroupDef")) {
    const name = attribute(dataset, "Name");
    const label = attribute(dataset, "Label") || descriptionOf(dataset);
    content.heading(1, `Dataset ${name}${label ? `: ${label}` : ""}`);
    content.add(facts(dataset, ["Structure", "Class", "Purpose", "Repeating", "IsReferenceData", "DomainKeys"]));
    for (const reference of childrenNamed(dataset, "ItemRef")) content.add(variableText(reference, known));
  }
  for (const list of known.of("CodeList")) {
    content.heading(1, `Code list ${attribute(list, "Name")}`);
    content.add(codesOf(list).join("\n"));
  }
  for (const [kind, name] of [
    ["MethodDef", "Method"],
    ["CommentDef", "Comment"],
  ] as const) {
    for (const definition of known.of(kind)) {
      const text = descriptionOf(definition);
      content.heading(1, `${name} ${attribute(definition, "Name") || attribute(definition, "OID")}`);
      content.add(text);
    }
  }
  const { blocks, sections } = content.finish();
  return { title: title || null, pageCount: null, blocks, sections };
}

type Definitions = { of(kind: string): MarkupElement[]; byOid(kind: string, oid: string): MarkupElement | undefined };

function definitionsOf(root: MarkupElement): Definitions {
  const lists = new Map<string, MarkupElement[]>();
  const byOid = new Map<string, MarkupElement>();
  for (const kind of ["ItemGroupDef", "ItemDef", "CodeList", "MethodDef", "CommentDef"]) {
    const found = [...descendantsNamed(root, kind)];
    lists.set(kind, found);
    for (const element of found) byOid.set(`${kind} ${attribute(element, "OID")}`, element);
  }
  return { of: (kind) => lists.get(kind) ?? [], byOid: (kind, oid) => byOid.get(`${kind} ${oid}`) };
}

function variableText(reference: MarkupElement, known: Definitions): string {
  const item = known.byOid("ItemDef", attribute(reference, "ItemOID"));
  if (!item) return "";
  const length = attribute(item, "Length");
  const codes = known.byOid("CodeList", attribute(childNamed(item, "CodeListRef"), "CodeListOID"));
  const method = known.byOid("MethodDef", attribute(reference, "MethodOID"));
  const comment = known.byOid("CommentDef", attribute(item, "CommentOID"));
  const origin = attribute(childNamed(item, "Origin"), "Type") || attribute(item, "Origin");
  const parts = [
    `${attribute(item, "Name")} (${attribute(item, "DataType")}${length ? `, length ${length}` : ""}): ${attribute(item, "Label") || descriptionOf(item)}`,
    ...(attribute(reference, "Mandatory") === "Yes" ? ["mandatory"] : []),
    ...(origin ? [`origin ${origin}`] : []),
    ...(codes ? [`codes ${attribute(codes, "Name")}`] : []),
    ...(method ? [`method: ${descriptionOf(method)}`] : []),
    ...(comment || attribute(item, "Comment")
      ? [`comment: ${descriptionOf(comment) || attribute(item, "Comment")}`]
      : []),
  ];
  return parts.join("; ");
}

function codesOf(list: MarkupElement): string[] {
  const items = [...childrenNamed(list, "CodeListItem"), ...childrenNamed(list, "EnumeratedItem")];
  const external = childNamed(list, "ExternalCodeList");
  return [
    ...items.map((item) => {
      const decode = textOf(childNamed(item, "Decode"));
      return `${attribute(item, "CodedValue")}${decode ? ` = ${decode}` : ""}`;
    }),
    ...(external ? [`${attribute(external, "Dictionary")} ${attribute(external, "Version")}`.trim()] : []),
  ];
}

function facts(element: MarkupElement, names: string[]): string {
  return names
    .map((name) => [name, attribute(element, name)])
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${name}: ${value}`)
    .join("; ");
}

function descriptionOf(element: MarkupElement | undefined): string {
  return textOf(childNamed(element, "Description"));
}

/** An attribute by its local name: some belong to the define namespace, whose prefix is free. */
function attribute(element: MarkupElement | undefined, name: string): string {
  const entries = Object.entries(element?.attributes ?? {});
  return oneLine(entries.find(([key]) => key === name || key.endsWith(`:${name}`))?.[1] ?? "");
}
