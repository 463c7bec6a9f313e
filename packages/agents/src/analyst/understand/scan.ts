import type { Token } from "../match/tokens.ts";

export type Hit = { from: number; to: number; groups: string[] };

/** Where a pattern stands in the question's lower-case words, as token positions; whole tokens only. */
export function scan(tokens: Token[], pattern: RegExp): Hit[] {
  const starts: number[] = [];
  let text = "";
  for (const token of tokens) {
    if (text !== "") text += " ";
    starts.push(text.length);
    text += token.lower;
  }
  const hits: Hit[] = [];
  for (const match of text.matchAll(new RegExp(`(?<![^ ])(?:${pattern.source})(?![^ ])`, "g"))) {
    const from = starts.indexOf(match.index);
    let to = from;
    while (to + 1 < starts.length && (starts[to + 1] ?? 0) < match.index + match[0].length) to++;
    if (from >= 0) hits.push({ from, to, groups: match.slice(1).map((group) => group ?? "") });
  }
  return hits;
}

/** Which tokens a rule has used up. */
export class Claims {
  readonly taken: boolean[];

  constructor(length: number) {
    this.taken = new Array<boolean>(length).fill(false);
  }

  claim(from: number, to: number): void {
    for (let at = from; at <= to; at++) this.taken[at] = true;
  }

  isFree(from: number, to: number): boolean {
    for (let at = from; at <= to; at++) if (this.taken[at]) return false;
    return true;
  }

  free(): boolean[] {
    return this.taken.map((taken) => !taken);
  }
}
