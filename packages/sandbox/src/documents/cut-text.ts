// A sentence ends at . ! or ? (with closing marks) before white space and a capital, digit or opening mark.
const SENTENCE_END = /[.!?]["'”’)\]]*\s+(?=["'“‘([]*[\p{Lu}\p{N}])/gu;
// Full stops after these, or after a single capital or a number in a list, end no sentence.
const ABBREVIATION =
  /(?:^|[\s(])(?:e\.g|i\.e|vs|approx|no|nos|fig|figs|dr|prof|mr|mrs|ms|st|etc|cf|al|ca|sec|vol|\p{Lu}|\d{1,2})\.$/iu;

/** The text in pieces of at most `maxCharacters`: cut after lines, then sentences, then words, then anywhere. */
export function cutText(text: string, maxCharacters: number): string[] {
  if (text.length <= maxCharacters) return [text];
  const lines = text.split(/\n+/);
  if (lines.length > 1)
    return join(
      lines.flatMap((line) => cutText(line, maxCharacters)),
      maxCharacters,
      "\n",
    );
  const sentences = sentencesOf(text);
  if (sentences.length > 1)
    return join(
      sentences.flatMap((one) => cutText(one, maxCharacters)),
      maxCharacters,
      " ",
    );
  return cutWords(text, maxCharacters);
}

/** The sentences of a paragraph, trimmed. */
export function sentencesOf(text: string): string[] {
  const sentences: string[] = [];
  let start = 0;
  for (const match of text.matchAll(SENTENCE_END)) {
    const end = match.index + match[0].length;
    const sentence = text.slice(start, end).trimEnd();
    // Only the end of a sentence is looked at, so that a long paragraph costs no more than its length.
    if (ABBREVIATION.test(sentence.slice(-12))) continue;
    sentences.push(sentence.trimStart());
    start = end;
  }
  const rest = text.slice(start).trim();
  return rest === "" ? sentences : [...sentences, rest];
}

/** Pieces put together again as far as the size allows, so that the cuts are few. */
function join(pieces: string[], maxCharacters: number, between: string): string[] {
  const joined: string[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    if (last !== undefined && last.length + between.length + piece.length <= maxCharacters) {
      joined[joined.length - 1] = last + between + piece;
    } else joined.push(piece);
  }
  return joined;
}

function cutWords(text: string, maxCharacters: number): string[] {
  const pieces: string[] = [];
  let at = 0;
  while (text.length - at > maxCharacters) {
    // Only this stretch is searched: without a blank, the whole text before it would be, each time.
    const space = text.slice(at, at + maxCharacters + 1).lastIndexOf(" ");
    let end = at + (space > 0 ? space : maxCharacters);
    // Never between the two halves of a character outside the basic plane.
    if (isHighSurrogate(text.charCodeAt(end - 1))) end--;
    pieces.push(text.slice(at, end).trim());
    at = end;
  }
  pieces.push(text.slice(at).trim());
  return pieces.filter((piece) => piece !== "");
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}
