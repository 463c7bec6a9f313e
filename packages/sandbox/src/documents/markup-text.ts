import { oneLine } from "./clean-text.ts";
import type { MarkupElement } from "./markup-tree.ts";

/** Elements whose content is no text of the document. */
export const SKIPPED = new Set(
  "script style noscript template svg math nav iframe object canvas select button input textarea head area map".split(
    " ",
  ),
);

// Everything else stands in a line, so that `C<sub>max</sub>` stays one word.
const BREAKS = new Set(
  "p div li item br tr td th paragraph caption dt dd table list title h1 h2 h3 h4 h5 h6".split(" "),
);

/** All text below an element on one line. */
export function textOf(element: MarkupElement | undefined): string {
  if (!element) return "";
  const parts: string[] = [];
  collect(element, parts);
  return oneLine(parts.join(""));
}

function collect(element: MarkupElement, parts: string[]): void {
  for (const child of element.children) {
    if (typeof child === "string") parts.push(child);
    else if (!SKIPPED.has(child.name)) {
      const [before, after] = child.name === "footnote" ? [" [", "]"] : BREAKS.has(child.name) ? [" ", " "] : ["", ""];
      parts.push(before);
      collect(child, parts);
      parts.push(after);
    }
  }
}
