const ONES = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
const TEENS = ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"];
const TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

const VALUES = new Map<string, number>([
  ...ONES.map((word, index) => [word, index + 1] as const),
  ...[...TEENS, "nineteen"].map((word, index) => [word, index + 10] as const),
  ...TENS.map((word, index) => [word, (index + 2) * 10] as const),
]);

const WORD = new RegExp(
  `(?<![\\p{L}\\p{N}-])(?:(${TENS.join("|")})(?:[- ](${ONES.join("|")}))?|(${[...VALUES.keys()].join("|")}))(?![\\p{L}\\p{N}])`,
  "giu",
);

// Where "one" (and at times "two") is grammar and not a count.
const IDIOM_BEFORE = /(?:\b(?:at least|no|any|every|each|the|this|that|another|which|than|or)\s+)$/i;
const IDIOM_AFTER =
  /^(?:\s+(?:of|another|or more|by one|thing|can|may|should|cannot)\b|-(?:sided|way|tailed|sample|time)\b)/i;

export type NumberWord = { text: string; start: number; end: number; value: number };

/** The numbers that a text writes out, from one to ninety-nine. */
export function scanNumberWords(text: string): NumberWord[] {
  const found: NumberWord[] = [];
  for (const match of text.matchAll(WORD)) {
    const [word, tens, ones, single] = match;
    const value = single ? VALUES.get(single.toLowerCase()) : valueOfPair(tens, ones);
    const start = match.index;
    const end = start + word.length;
    if (value === undefined || (value === 1 && isIdiom(text, start, end))) continue;
    found.push({ text: word, start, end, value });
  }
  return found;
}

function valueOfPair(tens: string | undefined, ones: string | undefined): number {
  return (VALUES.get((tens ?? "").toLowerCase()) ?? 0) + (VALUES.get((ones ?? "").toLowerCase()) ?? 0);
}

function isIdiom(text: string, start: number, end: number): boolean {
  return IDIOM_BEFORE.test(text.slice(0, start)) || IDIOM_AFTER.test(text.slice(end));
}
