/** Text as PostgreSQL can store it: everything but U+0000, which it has no place for. */
export function plainText(text: string): string {
  return text.replaceAll("\0", "\u{fffd}");
}
