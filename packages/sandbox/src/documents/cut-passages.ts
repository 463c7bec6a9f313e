import type { Passage } from "../sandbox.ts";
import { cutText } from "./cut-text.ts";
import type { Block } from "./document-text.ts";

const MIN_CHARACTERS = 600;
const MAX_CHARACTERS = 1200;

/**
 * Passages of about 600 to 1,200 characters. A passage never crosses a page or section; within one, paragraphs are
 * put together up to the size, and a paragraph beyond it is cut between sentences.
 */
export function cutPassages(blocks: Block[]): Passage[] {
  const passages: Passage[] = [];
  for (const group of groupsOf(blocks)) {
    const first = group[0];
    if (!first) continue;
    for (const text of fill(group.flatMap((block) => cutText(block.text, MAX_CHARACTERS)))) {
      passages.push({ n: passages.length + 1, text, page: first.page, section: first.section });
    }
  }
  return passages;
}

/** Runs of blocks on one page in one section. */
function groupsOf(blocks: Block[]): Block[][] {
  const groups: Block[][] = [];
  for (const block of blocks) {
    if (block.text.trim() === "") continue;
    const group = groups.at(-1);
    const last = group?.[0];
    if (group && last && last.page === block.page && last.section === block.section) group.push(block);
    else groups.push([block]);
  }
  return groups;
}

/** Pieces put together in order, none longer than the maximum; a short rest joins its neighbour where it fits. */
function fill(pieces: string[]): string[] {
  const texts: string[] = [];
  let text = "";
  for (const piece of pieces) {
    const whole = text === "" ? piece : `${text}\n${piece}`;
    const startsAnew = text !== "" && (whole.length > MAX_CHARACTERS || text.length >= MIN_CHARACTERS);
    if (startsAnew) texts.push(text);
    text = startsAnew ? piece : whole;
  }
  const last = texts.at(-1);
  const fits = last !== undefined && last.length + text.length < MAX_CHARACTERS;
  if (text !== "" && fits && text.length < MIN_CHARACTERS / 2) texts[texts.length - 1] = `${last}\n${text}`;
  else if (text !== "") texts.push(text);
  return texts;
}
