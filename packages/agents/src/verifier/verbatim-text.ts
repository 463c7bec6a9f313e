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
export function maskLabels(text: string, labels: Iterable<string>): string {
  const lower = text.toLowerCase();
  // Longest first: `Week 24 follow-up` before `Week 24`.
  const found = [...labels].filter((label) => lower.includes(label.toLowerCase())).sort((a, b) => b.length - a.length);
  return found.reduce(maskLabel, text);
}

function maskLabel(text: string, label: string): string {
  const wanted = label.toLowerCase();
  let rest = text;
  for (let at = indexIn(rest, wanted, 0); at >= 0; at = indexIn(rest, wanted, at + 1)) {
    const end = at + label.length;
    if (WORD.test(rest[at - 1] ?? " ") || WORD.test(rest[end] ?? " ")) continue;
    rest = rest.slice(0, at) + "\u0000".repeat(label.length) + rest.slice(end);
  }
  return rest;
}

function indexIn(text: string, wanted: string, from: number): number {
  return text.toLowerCase().indexOf(wanted, from);
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
