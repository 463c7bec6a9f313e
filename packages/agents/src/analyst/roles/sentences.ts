import { STOP_WORDS } from "../lexicon/stop-words.ts";
import { stem } from "../match/stem.ts";
import { tokenize } from "../match/tokens.ts";

export type FoundPassage = { text: string; section: string | null; score: number; evidence: number };
export type Answer = { text: string; evidence: number; score: number; coverage: number };

function stems(words: string): ReadonlySet<string> {
  return new Set(words.split(" ").map(stem));
}

// Words of questions about any document: they match everywhere and tell little.
const FILLERS = stems(
  "must should study trial according say guidance document label take contain include provide usual usually subject patient",
);
// Common words of table questions that carry meaning in prose.
const KEPT = stems(
  "dose event treatment drug population analysis start age month week day year result include dosage exclude maximum minimum highest",
);
const SAME = [
  ["dose", "dosage", "dosing"],
  ["start", "starting", "initial", "initiate"],
  ["maximum", "exceed", "highest"],
  ["adverse", "side"],
  ["reaction", "effect"],
  ["contraindicated", "contraindication", "contraindications"],
  ["indicated", "indication", "indications"],
  ["geriatric", "elderly"],
  ["pediatric", "children", "paediatric"],
  ["strength", "supplied"],
  ["life", "lives"],
  ["often", "frequency", "frequently"],
].map((list) => list.map(stem));
// Sentences about special patients do not answer questions about everybody.
const SPECIAL =
  /(?:in|for) patients (?:with|>|over|aged|taking)|impairment|elderly|geriatric|pediatric|co-?administ|concomitant|inhibitors|volunteers|maximum|exceed|increased to/gi;

function meaning(word: string): string {
  const base = stem(word);
  return SAME.find((list) => list.includes(base))?.[0] ?? base;
}

function meanings(text: string): Set<string> {
  return new Set(tokenize(text).map((token) => meaning(token.lower)));
}

/** The words of a question that an answer should share. */
export function questionWords(question: string): string[] {
  const telling = tokenize(question).filter(
    ({ lower, stem: base }) => lower.length > 1 && (!STOP_WORDS.has(lower) || KEPT.has(base)),
  );
  return [...new Set(telling.map((token) => meaning(token.lower)))];
}

/** A number with its point, as in `2. Submit`, begins an item; it ends no sentence. */
function sentencesOf(text: string): string[] {
  return text
    .split(/(?<=[^\s\d][.!?]["”)]?)\s+(?=[A-Z"“(•\d-])|\n+|(?=•)/)
    .map((sentence) => sentence.replace(/\s+/g, " ").trim())
    .filter((sentence) => sentence !== "");
}

const ENOUGH = 500;

/** A lead-in such as `The endpoints are:` is nothing without what follows it. */
function withFollowers(sentences: string[], at: number): string {
  let text = sentences[at] ?? "";
  for (let next = at + 1; next < sentences.length && text.length < ENOUGH; next++) {
    const follower = sentences[next] ?? "";
    const leads = /:$/.test(text) || text.length < 50;
    const item = /^[•\-–*]|^\(?\d+[.)]|^\(?[a-z][.)]/.test(follower) && text.includes(":");
    if (!leads && !item) break;
    text = `${text} ${follower}`;
  }
  return text;
}

const NUMBER_WORD = /\b(one|two|three|four|five|six|seven|eight|nine|ten|twelve|once|twice)\b/i;
const WANTS_NUMBER =
  /how (many|much|long|often|old|large|big)|what (number|percentage|age|size)|when\b|\bdos(e|age|ing)\b/i;
const HOW_OFTEN = /\b(?:once|twice|times|every)\b.{0,12}\b(?:day|week|daily|weekly|hours)\b|\bdaily\b/i;
// Lines of a table of contents lead to a page with dots.
const CONTENTS = /…\s*\d|\.{4,}/;
const GIVES_DOSE = /\b(?:recommended|usual|starting|initial|maximum)\b.{0,40}\bdose\b.{0,15}\b(?:is|of)\b.{0,15}\d/i;

type Weights = { words: string[]; weight: Map<string, number>; total: number };

function weigh(question: string, passages: FoundPassage[], topic: string): Weights {
  const words = questionWords(question);
  const topical = meanings(topic);
  const held = passages.map((passage) => meanings(`${passage.section ?? ""} ${passage.text}`));
  const weight = new Map(
    words.map((word) => {
      const holding = held.filter((set) => set.has(word)).length;
      const share = FILLERS.has(word) || topical.has(word) ? 0.3 : 1;
      return [word, share * Math.log(1 + (passages.length + 1) / (holding + 0.5))];
    }),
  );
  return { words, weight, total: [...weight.values()].reduce((sum, value) => sum + value, 0) };
}

function heldWeight({ words, weight }: Weights, own: ReadonlySet<string>): number {
  return words.reduce((sum, word) => sum + (own.has(word) ? (weight.get(word) ?? 0) : 0), 0);
}

const PAIR_SHARE = 0.4;

/** How many hyphenated terms of the question, such as `half-life`, the text holds, with or without the hyphen. */
function pairsHeld(question: string, text: string): number {
  const words = tokenize(text).map((token) => meaning(token.lower));
  return [...question.matchAll(/\b(\p{L}+)-(\p{L}+)\b/gu)].filter(([, one = "", two = ""]) =>
    words.some((word, at) => word === meaning(one) && words[at + 1] === meaning(two)),
  ).length;
}

function scoreSentence(
  question: string,
  text: string,
  context: number,
  passage: FoundPassage,
  weights: Weights,
): number {
  const { total } = weights;
  const own = meanings(text);
  const direct = heldWeight(weights, own);
  const heading = heldWeight(weights, meanings((passage.section ?? "").split(" > ").at(-1) ?? ""));
  let score = direct + 0.25 * (context - direct) + 0.2 * heading + 0.1 * total * passage.score;
  if (WANTS_NUMBER.test(question) && (/\d/.test(text) || NUMBER_WORD.test(text))) score += 0.2 * total;
  score += PAIR_SHARE * total * pairsHeld(question, text);
  if (/\bdose\b/i.test(question) && GIVES_DOSE.test(text)) score += 0.25 * total;
  if (/frequen|how often/i.test(question) && HOW_OFTEN.test(text)) score += 0.4 * total;
  for (const special of new Set((text.match(SPECIAL) ?? []).map((match) => match.toLowerCase()))) {
    if (![...meanings(special)].some((word) => weights.words.includes(word))) score -= 0.2 * total;
  }
  // Long sentences share words by chance; headings and questions state nothing.
  score -= Math.max(0, text.length - 300) / 2000;
  if (text.endsWith("?") || text.split(" ").length < 4 || CONTENTS.test(text)) score *= 0.5;
  return score;
}

/** The sentences that share the most telling words with the question, best first. `topic` is what the document is about. */
export function bestSentences(question: string, passages: FoundPassage[], topic: string, most: number): Answer[] {
  const weights = weigh(question, passages, topic);
  const highest = Math.max(1e-9, ...passages.map((passage) => passage.score));
  const answers = passages.flatMap((passage) => {
    const sentences = sentencesOf(passage.text);
    const context = heldWeight(weights, meanings(`${topic} ${passage.section ?? ""} ${passage.text}`));
    return sentences.map((_, at): Answer => {
      const text = withFollowers(sentences, at);
      const score = scoreSentence(question, text, context, { ...passage, score: passage.score / highest }, weights);
      return { text, evidence: passage.evidence, score, coverage: weights.total === 0 ? 0 : context / weights.total };
    });
  });
  answers.sort((a, b) => b.score - a.score || a.evidence - b.evidence || a.text.localeCompare(b.text));
  const chosen: Answer[] = [];
  for (const answer of answers) {
    if (chosen.length >= most) break;
    if (!chosen.some((other) => other.text.includes(answer.text) || answer.text.includes(other.text)))
      chosen.push(answer);
  }
  return chosen;
}
