const LIST_ITEM = /^(?:[-*•–▪◦·]\s|\(?(?:\d{1,3}|[a-z]|[ivx]{1,4})[.)]\s)/i;
// A line this much shorter than the longest of its paragraph was ended on purpose, as in an address or a table.
const SHORT_LINE_SHARE = 0.6;
const MAX_WORD_CHARACTERS = 60;

/** Whether a line begins an item of a list. */
export function isListItem(line: string): boolean {
  return LIST_ITEM.test(line);
}

/**
 * The lines of a paragraph as flowing text: words broken at a line's end are mended, list items and lines that end
 * far before the others keep their break.
 */
export function joinLines(lines: string[], isWord: (word: string) => boolean = () => false): string {
  const width = lines.reduce((most, line) => Math.max(most, line.length), 0);
  // Pieces, not one growing text: looking at the end of that would copy all of it for every line.
  const pieces: string[] = [];
  for (const [i, line] of lines.entries()) {
    const before = lines[i - 1];
    if (before === undefined) pieces.push(line);
    else if (endsOnPurpose(before, line, width)) pieces.push("\n", line);
    else pieces.push(...mended(pieces.pop() ?? "", line, isWord));
  }
  return pieces.join("");
}

function endsOnPurpose(before: string, line: string, width: number): boolean {
  if (isListItem(line)) return true;
  if (/\p{L}-$/u.test(before) && /^\p{Ll}/u.test(line)) return false;
  // Entries of a table of contents end with the dots before the page number, which the reader has shortened to one.
  return /…\s*\w+$/.test(before) || before.length < width * SHORT_LINE_SHARE;
}

/** Two lines as one: `effi-` and `cacy` become one word, `double-` and `blind` keep their hyphen. */
function mended(before: string, line: string, isWord: (word: string) => boolean): string[] {
  const end = before.slice(-MAX_WORD_CHARACTERS);
  const head = /(\p{L}+)-$/u.exec(end)?.[1];
  const tail = /^\p{Ll}+/u.exec(line)?.[0];
  if (head === undefined || tail === undefined) return /\p{N}-$/u.test(end) ? [before, line] : [before, " ", line];
  return [keepsHyphen(head, tail, isWord) ? before : before.slice(0, -1), line];
}

// First parts of compounds that are as a rule written with a hyphen in the field.
const COMPOUND_HEADS = new Set(
  `age anti blood cross dose double end first fixed five follow four high investigator late long low non one open
  patient phase placebo post pre risk second self short single six sponsor subject third three time treatment triple
  two well`.split(/\s+/),
);

function keepsHyphen(head: string, tail: string, isWord: (word: string) => boolean): boolean {
  if (isWord(`${head}-${tail}`)) return true;
  if (isWord(head + tail)) return false;
  return COMPOUND_HEADS.has(head.toLowerCase());
}
