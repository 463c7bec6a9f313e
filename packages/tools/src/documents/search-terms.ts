import { stem } from "./stem.ts";

const STOP_WORDS = new Set(
  `a about above after again all also am an and any are as at be because been before being below between both but by
  can could did do does doing down during each few for from further had has have having he her here hers him his how i
  if in into is it its itself just me more most must my no nor not now of off on once only or other our out over own per
  same shall she should so some such than that the their them then there these they this those through to too under
  until up upon us very was we were what when where which while who whom whose why will with would you your`.split(
    /\s+/,
  ),
);

/** The words of a text, in lower case and without accents; a compound such as ADAS-Cog gives its parts. */
export function words(text: string): string[] {
  const plain = text
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase();
  return plain.match(/\p{N}+(?:[.,]\p{N}+)+|[\p{L}\p{N}]+/gu) ?? [];
}

/** What the index holds for a word: its stem, or nothing for a word that says nothing. */
export function searchTerm(word: string): string | null {
  return STOP_WORDS.has(word) ? null : stem(word);
}
