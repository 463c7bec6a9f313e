import { HARD_WORDS, STOP_WORDS } from "../lexicon/stop-words.ts";
import type { Draft } from "./draft.ts";

const IDENTIFIER = /^\d+(-\d+){2,}$/;

export function unmatchedWords(draft: Pick<Draft, "reading">): string[] {
  const { reading } = draft;
  const covered = reading.tokens.map(() => false);
  for (const mention of reading.mentions) for (let at = mention.from; at <= mention.to; at++) covered[at] = true;
  return reading.tokens
    .filter((token) => !covered[token.index] && !reading.claims.taken[token.index])
    .filter((token) => token.lower !== "baseline" || !reading.catalog.tables.every((table) => table.perSubject))
    .filter((token) => !STOP_WORDS.has(token.lower) || HARD_WORDS.has(token.lower))
    .filter((token) => !IDENTIFIER.test(token.text) || reading.catalog.tables.every((table) => table.subject === null))
    .filter((token) => token.number === null || token.lower !== "one")
    .map((token) => token.text);
}
