import { STOP_WORDS } from "../lexicon/stop-words.ts";
import { stem } from "../match/stem.ts";
import { tokenize } from "../match/tokens.ts";

export type FoundPassage = { fileName: string; text: string; section: string | null; score: number; evidence: number };
export type Answer = { text: string; evidence: number; score: number; coverage: number };

const FILLERS = new Set(
  "must should recommended required study trial according say says state guidance document label".split(" "),
);

/** The words of a question that an answer should share. */
export function questionStems(question: string): string[] {
  const stems = tokenize(question)
    .filter((token) => token.lower.length > 1 && (!STOP_WORDS.has(token.lower) || KEPT.has(token.lower)))
    .map((token) => token.stem);
  return [...new Set(stems)];
}

// Common words of tables that carry meaning in prose.
const KEPT = new Set(
  "dose doses dosage event events treatment drug population analysis start age month months week weeks day days year years patient patients subject subjects result results".split(
    " ",
  ),
);

function sentencesOf(text: string): string[] {
  return text
    .split(/(?<=[.!?])\s+(?=[A-Z"“(•\d-])|\n+|(?=•)/)
    .map((sentence) => sentence.replace(/\s+/g, " ").trim())
    .filter((sentence) => sentence.length > 2);
}

/** A lead-in such as `The endpoints are:` is nothing without what follows it. */
function withFollowers(sentences: string[], at: number): string {
  let text = sentences[at] ?? "";
  for (let next = at + 1; next < sentences.length && text.length < 500; next++) {
    const follower = sentences[next] ?? "";
    const continues = /:$/.test(text) || /^[•\-–*]|^\(?\d+[.)]|^\(?[a-z][.)]/.test(follower) || text.length < 60;
    if (!continues) break;
    text = `${text} ${follower}`;
  }
  return text;
}

const NUMBER_WORD = /\b(one|two|three|four|five|six|seven|eight|nine|ten|twelve|once|twice)\b/i;

function wantsNumber(question: string): boolean {
  return /how (many|much|long|often|old|large|big)|what (dose|number|percentage|age|size|is the (recommended|maximum|starting|minimum|usual))|when\b|dose/i.test(
    question,
  );
}

/** The sentences that share the most telling words with the question, best first. */
export function bestSentences(question: string, passages: FoundPassage[], most: number): Answer[] {
  const stems = questionStems(question);
  const documents = passages.map(
    (passage) => new Set(tokenize(`${passage.section ?? ""} ${passage.text}`).map((token) => token.stem)),
  );
  const weight = new Map(
    stems.map((word) => {
      const holding = documents.filter((words) => words.has(word)).length;
      const plain = FILLERS.has(word) || [...FILLERS].some((filler) => stem(filler) === word);
      return [word, Math.log(1 + (passages.length + 1) / (holding + 0.5)) * (plain ? 0.3 : 1)] as const;
    }),
  );
  const total = [...weight.values()].reduce((sum, value) => sum + value, 0);
  const highest = Math.max(1e-9, ...passages.map((passage) => passage.score));
  const number = wantsNumber(question);
  const answers = passages.flatMap((passage) => {
    const sentences = sentencesOf(passage.text);
    const around = new Set(tokenize(`${passage.section ?? ""} ${passage.text}`).map((token) => token.stem));
    return sentences.map((sentence, at): Answer => {
      const text = withFollowers(sentences, at);
      const own = new Set(tokenize(text).map((token) => token.stem));
      const held = (words: ReadonlySet<string>) =>
        stems.reduce((sum, word) => sum + (words.has(word) ? (weight.get(word) ?? 0) : 0), 0);
      const direct = held(own);
      const context = held(around);
      const digits = /\d/.test(text) || NUMBER_WORD.test(text);
      const score =
        direct +
        0.35 * (context - direct) +
        (number && digits ? 0.25 * total : 0) +
        0.15 * total * (passage.score / highest) -
        Math.max(0, text.length - 400) / 1000;
      return {
        text,
        evidence: passage.evidence,
        score: sentence.endsWith("?") ? score * 0.6 : score,
        coverage: total === 0 ? 0 : context / total,
      };
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
