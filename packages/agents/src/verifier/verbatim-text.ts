const WORD = /[\p{L}\p{N}]/u;

/** Whether a text holds a token as it stands, in any case, not as a part of a longer word. */
export function holdsToken(text: string, token: string): boolean {
  const haystack = text.toLowerCase();
  const needle = token.toLowerCase();
  for (let at = haystack.indexOf(needle); at >= 0; at = haystack.indexOf(needle, at + 1)) {
    const before = haystack[at - 1] ?? " ";
    const after = haystack[at + needle.length] ?? " ";
    if (!WORD.test(before) && !WORD.test(after)) return true;
  }
  return false;
}

/** Blanks out the labels of the evidence that a text repeats, such as `Week 24`, so that their digits claim nothing. */
export function maskLabels(text: string, labels: readonly string[]): string {
  let rest = text;
  for (const label of [...new Set(labels)].sort((a, b) => b.length - a.length)) {
    if (!/\p{L}/u.test(label)) continue;
    const lower = label.toLowerCase();
    for (let at = rest.toLowerCase().indexOf(lower); at >= 0; at = rest.toLowerCase().indexOf(lower, at + 1)) {
      const before = rest[at - 1] ?? " ";
      const after = rest[at + label.length] ?? " ";
      if (WORD.test(before) || WORD.test(after)) continue;
      rest = rest.slice(0, at) + "\u0000".repeat(label.length) + rest.slice(at + label.length);
    }
  }
  return rest;
}

/** Text for comparing quotes: one kind of quote mark, dash and space, in lower case. */
export function plainText(text: string): string {
  return text
    .toLowerCase()
    .replace(/[‘’]/g, "'")
    .replace(/[“”]/g, '"')
    .replace(/[‐-―−]/g, "-")
    .replace(/\s+/g, " ")
    .trim();
}
