const END = /[.!?]["”’)]*(?:\s*\[\s*E\d[^\]]*\])*(?=\s|$)|\n+/gi;
const ABBREVIATION = /(?:^|[\s(])(?:e\.g|i\.e|cf|vs|approx|ca|no|nos|fig|tab|dr|prof|incl|resp|st|al|mr|mrs|ms)\.$/i;

/** A text's sentences in order, white space included, so that joining them gives the text again. */
export function splitSentences(text: string): string[] {
  const sentences: string[] = [];
  let start = 0;
  for (const match of text.matchAll(END)) {
    const end = match.index + match[0].length;
    const space = /^\s*/.exec(text.slice(end))?.[0].length ?? 0;
    const next = text.slice(end + space, end + space + 1);
    const isBreak = match[0].includes("\n");
    if (!isBreak && (ABBREVIATION.test(text.slice(start, match.index + 1)) || /\p{Ll}/u.test(next))) continue;
    sentences.push(text.slice(start, end + space));
    start = end + space;
  }
  if (start < text.length) sentences.push(text.slice(start));
  return sentences.filter((sentence) => sentence !== "");
}
