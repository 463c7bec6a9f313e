const UNDOUBLED = /([bdfgmnprt])\1$/;

/** Spellings that differ between British and American texts become one: haemorrhage, oedema, tumour. */
function plainSpelling(word: string): string {
  return word
    .replace(/ae/g, "e")
    .replace(/oe/g, "e")
    .replace(/our$/, "or")
    .replace(/is(ation|ations|ed|e|es|ing)$/, "iz$1");
}

// Greek plurals: diagnoses, but not doses.
const GREEK = /^(.*(?:diagno|analy|metasta|thrombo|steno|psycho|neuro|fibro|necro|prosthe|hypothe))ses$/;

function singular(word: string): string {
  const greek = GREEK.exec(word);
  if (greek) return `${greek[1]}sis`;
  if (/[^aeiou]ies$/.test(word) && word.length > 4) return `${word.slice(0, -3)}y`;
  if (/(ss|x|ch|sh)es$/.test(word)) return word.slice(0, -2);
  if (/[^siu]s$/.test(word) && word.length > 3) return word.slice(0, -1);
  return word;
}

/**
 * The stem of an English word, a light form of Porter's: plural, -ing, -ed, -ation, -ly and a final e or y go.
 * Words of three letters and codes with digits stay whole, since those are names of tests and columns.
 */
export function stem(word: string): string {
  const lower = word.toLowerCase().replace(/['’]s$/, "");
  if (lower.length <= 3 || /\d/.test(lower)) return lower;
  let base = plainSpelling(singular(lower));
  for (const ending of ["ization", "ization", "ation", "ingly", "edly", "ing", "ed", "ly"]) {
    if (!base.endsWith(ending)) continue;
    const rest = base.slice(0, -ending.length);
    if (rest.length < (ending === "ed" ? 3 : 4) || !/[aeiouy]/.test(rest)) break;
    base = ending === "ization" ? `${rest}iz` : rest.replace(UNDOUBLED, "$1");
    break;
  }
  if (base.length > 4 && base.endsWith("e")) base = base.slice(0, -1);
  if (base.length > 3 && base.endsWith("y")) base = `${base.slice(0, -1)}i`;
  return base;
}
