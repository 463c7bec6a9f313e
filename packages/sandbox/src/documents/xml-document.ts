import { decodeText } from "./decode-text.ts";
import { defineXmlText, isDefineXml } from "./define-xml.ts";
import type { DocumentText } from "./document-text.ts";
import { genericXmlText } from "./generic-xml.ts";
import { elementsIn, parseMarkup } from "./markup-tree.ts";
import { isSplLabel, splLabelText } from "./spl-label.ts";
import { unreadable } from "./unreadable.ts";
import { withoutDoctype } from "./without-doctype.ts";

/** XML: drug labels (SPL) and define.xml by what they mean, anything else by its elements and attributes. */
export function readXmlDocument(bytes: Uint8Array, name: string): DocumentText {
  const head = Buffer.from(bytes.subarray(0, 200)).toString("latin1");
  const { text } = decodeText(bytes, /<\?xml[^>]+encoding=["']([\w-]+)/.exec(head)?.[1]);
  const { xml, definesEntities } = withoutDoctype(text);
  const root = elementsIn(parseMarkup(xml, "xml", name))[0];
  if (!root) throw unreadable(name, "is named or marked as XML but holds no element.");
  const read = isSplLabel(root) ? splLabelText(root) : isDefineXml(root) ? defineXmlText(root) : genericXmlText(root);
  const warning = "The document defines entities of its own; they are not expanded.";
  return { ...read, mediaType: "application/xml", warnings: definesEntities ? [warning] : [] };
}
