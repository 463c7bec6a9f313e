import { plainText } from "../plain-text.ts";

/** Metadata as a jsonb parameter, which unlike json has no place for U+0000 and lone surrogates. */
export function metadataText(metadata: Record<string, string>): string {
  const pairs = Object.entries(metadata).map((pair) => pair.map((text) => plainText(text.toWellFormed())));
  return JSON.stringify(Object.fromEntries(pairs));
}
