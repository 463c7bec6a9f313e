/** Text as PostgreSQL can store it: everything but U+0000, which it has no place for. */
export function plainText(text: string): string {
  return text.replaceAll("\0", "\u{fffd}");
}

/** A parameter whose texts, also inside arrays, can be stored or looked up. */
export function plainParameter(value: unknown): unknown {
  if (typeof value === "string") return plainText(value);
  return Array.isArray(value) ? value.map(plainParameter) : value;
}
