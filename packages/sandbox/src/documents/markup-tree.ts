import { Parser } from "htmlparser2";
import { unreadable } from "./unreadable.ts";

export type MarkupElement = {
  /** Without a namespace prefix; in lower case for HTML. */
  name: string;
  attributes: Record<string, string>;
  children: (MarkupElement | string)[];
};

// Real documents nest a few dozen levels; every reader below may then recurse, and no closing tag is searched far.
const MAX_DEPTH = 1000;
const MAX_ELEMENTS = 1_000_000;

/** HTML or XML as a tree. XML must close its elements; HTML is read as browsers do. Throws `file_unreadable`. */
export function parseMarkup(text: string, mode: "html" | "xml", fileName: string): MarkupElement {
  const root: MarkupElement = { name: "", attributes: {}, children: [] };
  const open: MarkupElement[] = [root];
  const starts: number[] = [0];
  let elements = 0;
  let isAtEnd = false;
  const parser = new Parser(
    {
      onopentag(qualified, attributes) {
        const element = { name: localName(qualified), attributes, children: [] };
        open.at(-1)?.children.push(element);
        open.push(element);
        starts.push(parser.startIndex);
        elements++;
        if (open.length > MAX_DEPTH)
          throw unreadable(
            fileName,
            `nests elements deeper than ${MAX_DEPTH} levels at ${lineOf(text, parser.startIndex)}.`,
          );
        if (elements > MAX_ELEMENTS)
          throw unreadable(fileName, `holds more than ${MAX_ELEMENTS.toLocaleString("en")} elements.`);
      },
      onclosetag(qualified, isImplied) {
        const element = open.length > 1 ? open.pop() : undefined;
        // A tag such as <br/> opens and closes at one place; the parser calls that implied too.
        const isSelfClosing = starts.pop() === parser.startIndex;
        if (mode === "html" || !isImplied || element === undefined || isSelfClosing) return;
        const where = isAtEnd ? "the end of the file" : lineOf(text, parser.startIndex);
        throw unreadable(fileName, `is no well-formed XML: <${qualified}> is not closed at ${where}.`);
      },
      ontext(data) {
        const children = open.at(-1)?.children;
        const last = children?.at(-1);
        if (children && typeof last === "string") children[children.length - 1] = last + data;
        else children?.push(data);
      },
    },
    { xmlMode: mode === "xml", decodeEntities: true },
  );
  parser.write(text);
  isAtEnd = true;
  parser.end();
  return root;
}

/** The child elements of this name. */
export function childrenNamed(element: MarkupElement, name: string): MarkupElement[] {
  return elementsIn(element).filter((child) => child.name === name);
}

/** The first child element of this name, or the one at a path of names. */
export function childNamed(element: MarkupElement | undefined, ...path: string[]): MarkupElement | undefined {
  let found = element;
  for (const name of path) found = found && childrenNamed(found, name)[0];
  return found;
}

export function elementsIn(element: MarkupElement): MarkupElement[] {
  return element.children.filter((child) => typeof child !== "string");
}

/** All elements of a name below this one, in document order; one inside another is found too. */
export function* descendantsNamed(element: MarkupElement, name: string): Generator<MarkupElement> {
  for (const child of elementsIn(element)) {
    if (child.name === name) yield child;
    yield* descendantsNamed(child, name);
  }
}

function localName(qualified: string): string {
  return qualified.slice(qualified.indexOf(":") + 1);
}

function lineOf(text: string, offset: number): string {
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < offset; at = text.indexOf("\n", at + 1)) line++;
  return `line ${line}`;
}
