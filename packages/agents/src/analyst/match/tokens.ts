import { stem } from "./stem.ts";

/** One word, number or sign of a question. */
export type Token = {
  index: number;
  text: string;
  lower: string;
  stem: string;
  number: number | null /** Whether a comma follows. */;
  comma: boolean;
};

const NUMBER_WORDS = new Map(
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty"
    .split(" ")
    .map((word, value) => [word, value] as const),
);
for (const [word, value] of [
  ["thirty", 30],
  ["forty", 40],
  ["fifty", 50],
  ["sixty", 60],
  ["hundred", 100],
] as const) {
  NUMBER_WORDS.set(word, value);
}

// In order: ISO dates, identifiers such as 01-701-1015, numbers, words, comparison signs.
const TOKEN =
  /\d{4}-\d{2}(?:-\d{2})?(?![\d-])|\d+(?:-\d+){2,}|\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?(?![\p{L}\d])|[\p{L}\d]+(?:['’]\p{L}+)?|>=|<=|≥|≤|[<>=%]/gu;

function numberOf(lower: string): number | null {
  if (/^\d[\d,]*(\.\d+)?$/.test(lower)) return Number(lower.replaceAll(",", ""));
  return NUMBER_WORDS.get(lower) ?? null;
}

/** The question as tokens. Hyphens part words, so `treatment-emergent` is two. */
export function tokenize(question: string): Token[] {
  return [...question.matchAll(TOKEN)].map((match, index) => {
    const text = match[0];
    // `AEs` and `SAEs` are plurals of codes; `US` is a country where `us` is a pronoun.
    const lower = (text === "US" ? "usa" : text.replace(/^([A-Z]{2,})s$/, "$1")).toLowerCase().replace("’", "'");
    const comma = /^\s*,/.test(question.slice(match.index + text.length));
    return { index, text, lower, stem: stem(lower), number: numberOf(lower), comma };
  });
}

/** The stems of a phrase without the words that only bind; what two phrases are compared by. */
export function contentStems(phrase: string): string[] {
  return tokenize(phrase)
    .filter((token) => !GLUE.has(token.lower))
    .map((token) => token.stem);
}

/** Words that bind the parts of a name and may stand or lack. */
export const GLUE: ReadonlySet<string> = new Set("of the a an for to in and or at from".split(" "));

/** Equal for phrases of the same words in any order. */
export function phraseKey(stems: readonly string[]): string {
  return [...new Set(stems)].sort().join(" ");
}
