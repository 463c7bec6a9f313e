// One bracket may hold several: [E1], [E1, E3], [E1; E2], [E1 and E2], [E2–E4].
const GROUP = /\[\s*E\d+(?:\s*(?:,|;|&|and|-|–|to)\s*E?\d+)*\s*\]/gi;
const PART = /E?(\d+)(?:\s*(?:-|–|to)\s*E?(\d+))?/gi;
const LONGEST_RANGE = 50;

/** The evidence numbers that a text cites, in order, each once. */
export function citedNumbers(text: string): number[] {
  const numbers = new Set<number>();
  for (const [group] of text.matchAll(GROUP)) {
    for (const [, from, to] of group.matchAll(PART)) {
      const first = Number(from);
      const last = to === undefined ? first : Math.min(Number(to), first + LONGEST_RANGE);
      for (let n = first; n <= last; n++) numbers.add(n);
    }
  }
  return [...numbers];
}

/** The text without its citations, each replaced by spaces so that positions stay. */
export function withoutCitations(text: string): string {
  return text.replace(GROUP, (group) => " ".repeat(group.length));
}

/** The text with citations added at its end, before the full stop. */
export function withCitations(text: string, numbers: readonly number[]): string {
  const marks = numbers.map((n) => `[E${n}]`).join("");
  const end = text.trimEnd();
  const stop = /[.!?]$/.exec(end)?.[0] ?? "";
  return `${end.slice(0, end.length - stop.length)} ${marks}${stop}`;
}
