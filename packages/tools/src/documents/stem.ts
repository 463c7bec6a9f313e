const VOWEL = /[aeiouy]/;
// In this order: the longer of two that fit goes first.
const ENDINGS = ["ation", "ingly", "edly", "ing", "age", "ed", "ly", "e", "y"];

/**
 * The stem of an English word, for search only: plural, -ed, -ing and a few noun endings fall away, so that
 * "doses", "dosed" and "dosing" meet. Words with digits (codes, amounts) stay as they are.
 */
export function stem(word: string): string {
  if (word.length < 4 || /\d/.test(word)) return word;
  return dropEnding(singular(word));
}

function singular(word: string): string {
  if (word.endsWith("ies") && word.length > 4) return `${word.slice(0, -3)}y`;
  if (/(ss|x|z|ch|sh)es$/.test(word)) return word.slice(0, -2);
  // -us and -is end singular nouns of the field: virus, diagnosis.
  return /[^suid]s$|[^su][di]s$/.test(word) && !word.endsWith("is") ? word.slice(0, -1) : word;
}

function dropEnding(word: string): string {
  const ending = ENDINGS.find((one) => word.endsWith(one));
  // The -ed of "bleed" is no ending.
  if (ending === undefined || word.endsWith("eed")) return word;
  const rest = word.slice(0, -ending.length);
  if (rest.length < 3 || !VOWEL.test(rest)) return word;
  // So short a rest may be another word: rates must not meet rats.
  if (rest.length === 3) return `${rest}e`;
  return /([bdfgmnprt])\1$/.test(rest) ? rest.slice(0, -1) : rest;
}
