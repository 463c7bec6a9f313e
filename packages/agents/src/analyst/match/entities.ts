import { plainValue } from "./catalog.ts";
import type { Sense, SenseIndex } from "./senses.ts";
import { GLUE, phraseKey, type Token } from "./tokens.ts";

/** A stretch of the question, `from` to `to` inclusive, and what it can mean. */
export type Entity = { from: number; to: number; senses: Sense[] };

const LONGEST = 8;

/** Verbs whose stems are also nouns of the field; alone they never name a thing. */
const VERBS: ReadonlySet<string> = new Set(
  "reported report recorded record observed observe entered listed included had has experienced took taken taking receive received use used level levels value values may us data line mi other none no yes not any all".split(
    " ",
  ),
);

function contentCount(tokens: Token[], from: number, to: number): number {
  return tokens.slice(from, to + 1).filter((token) => !GLUE.has(token.lower)).length;
}

function sensesAt(tokens: Token[], from: number, to: number, index: SenseIndex): Sense[] | null {
  const content = tokens.slice(from, to + 1).filter((token) => !GLUE.has(token.lower));
  // `number of visits` counts them; it is not the visit number.
  if (/^(number|count)$/.test(tokens[from]?.lower ?? "") && tokens[from + 1]?.lower === "of") return null;
  // `dose and last dose` is not `last dose`.
  if (new Set(content.map((token) => token.stem)).size < content.length) return null;
  if (content.length === 1 && VERBS.has(content[0]?.lower ?? "")) return null;
  return index.get(phraseKey(content.map((token) => token.stem))) ?? null;
}

/** A value spelled just as in the question goes before one that only has the same stems. */
function preferExact(tokens: Token[], entity: Entity): Entity {
  const words = tokens
    .slice(entity.from, entity.to + 1)
    .map((token) => token.lower)
    .join(" ");
  const senses = entity.senses.map((sense) => {
    if (sense.kind !== "condition" || sense.from !== "value" || sense.condition.values.length !== 1) return sense;
    const value = plainValue(sense.condition.values[0] ?? "")
      .toLowerCase()
      .replace(/[^\p{L}\d]+/gu, " ");
    // `cardiac disorders` is a class of terms, though some dictionaries have a term of that name too.
    if (/disorders?$/.test(words) && sense.column.meaning?.role === "class") return { ...sense, rank: sense.rank - 5 };
    return value === words ? { ...sense, rank: sense.rank - 0.5 } : sense;
  });
  return { ...entity, senses };
}

/** The longest stretches first, none over another; only of tokens that are free. */
export function findEntities(tokens: Token[], free: boolean[], index: SenseIndex): Entity[] {
  const found: (Entity & { words: number })[] = [];
  for (let from = 0; from < tokens.length; from++) {
    if (!free[from] || GLUE.has(tokens[from]?.lower ?? "")) continue;
    for (let to = from; to < tokens.length && free[to] && to - from < LONGEST * 2; to++) {
      if (GLUE.has(tokens[to]?.lower ?? "")) continue;
      const words = contentCount(tokens, from, to);
      if (words > LONGEST) break;
      const senses = sensesAt(tokens, from, to, index);
      if (senses) found.push({ from, to, senses, words });
    }
  }
  found.sort((a, b) => b.words - a.words || a.to - a.from - (b.to - b.from) || a.from - b.from);
  const taken = new Set<number>();
  const chosen: Entity[] = [];
  for (const { from, to, senses } of found) {
    let clear = true;
    for (let at = from; at <= to; at++) clear &&= !taken.has(at);
    if (!clear) continue;
    for (let at = from; at <= to; at++) taken.add(at);
    chosen.push(preferExact(tokens, { from, to, senses }));
  }
  return chosen.sort((a, b) => a.from - b.from);
}
