import { plainText } from "./verbatim-text.ts";

const QUOTES = [/“([^“”]{1,2000})”/g, /"([^"]{1,2000})"/g, /«([^«»]{1,2000})»/g, /`([^`]{1,2000})`/g];
/** Fewer words are a name or a label, which may be spelled otherwise than in the evidence. */
const LEAST_QUOTE_WORDS = 4;
const ELLIPSIS = /\s*(?:…|\.\.\.|\[…\]|\[\.\.\.\])\s*/;

export type QuoteCheck = { rest: string; backed: number; problems: string[] };

/**
 * Exact quotes must stand in the evidence. Quotes that do are blanked out, with the numbers in them; a short one that
 * does not stays for the other checks.
 */
export function checkQuotes(text: string, content: string, context: string): QuoteCheck {
  const held = plainText(content);
  const allowed = plainText(context);
  const check: QuoteCheck = { rest: text, backed: 0, problems: [] };
  for (const pattern of QUOTES) {
    check.rest = check.rest.replace(pattern, (whole, quote: string) => {
      const parts = quote.split(ELLIPSIS).map(trimmed).filter(Boolean);
      const blank = "\u0000".repeat(whole.length);
      const isLong = quote.trim().split(/\s+/).length >= LEAST_QUOTE_WORDS;
      if (parts.every((part) => held.includes(part))) {
        if (isLong) check.backed++;
        return blank;
      }
      if (parts.every((part) => allowed.includes(part))) return blank;
      if (!isLong) return whole;
      check.problems.push(`The quote ${whole} is not in the cited evidence.`);
      return blank;
    });
  }
  return check;
}

// A quote may end in the sentence's own comma or full stop.
function trimmed(part: string): string {
  return plainText(part).replace(/[.,;:]+$/, "");
}
