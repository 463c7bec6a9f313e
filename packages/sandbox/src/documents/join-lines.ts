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
  let text = "";
  for (const [i, line] of lines.entries()) {
    const before = lines[i - 1];
    if (before === undefined) text = line;
    else if (isListItem(line) || /…\s*\w+$/.test(before) || before.length < width * SHORT_LINE_SHARE)
      text += `\n${line}`;
    else text = mend(text, line, isWord);
  }
  return text;
}

/** Two lines as one: `effi-` and `cacy` become one word, `double-` and `blind` keep their hyphen. */
export function mend(text: string, line: string, isWord: (word: string) => boolean): string {
  // Only the last word is looked at: the text grows with every line.
  const end = text.slice(-MAX_WORD_CHARACTERS);
  const head = /(\p{L}+)-$/u.exec(end)?.[1];
  const tail = /^\p{Ll}+/u.exec(line)?.[0];
  if (head === undefined || tail === undefined) return /\p{N}-$/u.test(end) ? text + line : `${text} ${line}`;
  return keepsHyphen(head, tail, isWord) ? text + line : text.slice(0, -1) + line;
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
