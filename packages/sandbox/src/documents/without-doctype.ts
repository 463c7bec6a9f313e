/**
 * XML without its document type declaration, so that nothing in it can define, expand or fetch anything; line ends
 * are kept, so that line numbers stay right.
 */
export function withoutDoctype(xml: string): { xml: string; definesEntities: boolean } {
  const start = xml.search(/<!DOCTYPE/i);
  // One that comes after the first element is text or an error, but no declaration.
  if (start === -1 || /<[A-Za-z_]/.test(xml.slice(0, start))) return { xml, definesEntities: false };
  const end = endOfDoctype(xml, start);
  const declaration = xml.slice(start, end);
  const lines = declaration.replace(/[^\n]+/g, "");
  return { xml: xml.slice(0, start) + lines + xml.slice(end), definesEntities: /<!ENTITY/i.test(declaration) };
}

function endOfDoctype(xml: string, start: number): number {
  let depth = 0;
  for (let at = start; at < xml.length; at++) {
    const char = xml[at];
    if (char === '"' || char === "'") {
      const close = xml.indexOf(char, at + 1);
      if (close === -1) return xml.length;
      at = close;
    } else if (xml.startsWith("<!--", at)) {
      const close = xml.indexOf("-->", at);
      if (close === -1) return xml.length;
      at = close + 2;
    } else if (char === "<") depth++;
    else if (char === ">") {
      depth--;
      if (depth === 0) return at + 1;
    }
  }
  return xml.length;
}
