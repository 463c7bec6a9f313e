import { scanNumberWords } from "./number-words.ts";
import { type DateToken, scanDates } from "./scan-dates.ts";

/** A number as a text gives it. */
export type NumberToken = {
  text: string;
  start: number;
  end: number;
  value: number;
  /** Half a unit of the last digit given: what rounding may have changed. */
  halfUnit: number;
  percent: boolean;
  /** An explicit minus. */
  negative: boolean;
  /** "about 1,200": its trailing zeros may be rounded too. */
  approximate: boolean;
  /** A rank such as 2nd. */
  ordinal: boolean;
  /** Written out, such as twelve. */
  word: boolean;
  /** The whole word it stands in, such as `AE-12`, `24-week`, `12/84`; equal to the digits where it stands alone. */
  token: string;
  /** `3,4` may be a decimal comma or two numbers: the two. */
  pair: [number, number] | null;
};

/** A token that counts only as it stands: 4.2.1, 01-701-1015, 10:30. */
type VerbatimToken = { text: string; start: number; end: number };

export type Scan = { numbers: NumberToken[]; dates: DateToken[]; verbatim: VerbatimToken[] };

const VERBATIM = /(?<![\p{L}\p{N}.,-])(?:\d+(?:\.\d+){2,}|\d+(?:-\d+){2,}|\d{1,2}:\d{2}(?::\d{2})?)(?![\p{L}\p{N}-])/gu;
const NUMBER =
  /(?<digits>\d{1,3}(?:[,\u00a0\u202f\u2009'’]\d{3})+(?!\d)(?:\.\d+)?|\d+,\d{1,2}(?![\d,.])|\d+(?:\.\d+)?|(?<![\d.])\.\d+)(?<exponent>e[-+]?\d+)?/giu;
const PERCENT_AFTER = /^\s?(?:%|percent\b|per cent\b|percentage points?\b)/i;
const SCALE_AFTER = /^\s(thousand|million|billion)\b/i;
const ORDINAL_AFTER = /^(?:st|nd|rd|th)(?![\p{L}\p{N}])/iu;
const APPROXIMATE_BEFORE =
  /(?:\b(?:about|approximately|around|roughly|nearly|almost|circa|over|more than|some)\s|[~≈])\s*$/i;
const MINUS_BEFORE = /(?:^|[\s([=<>≤≥~:;,/])[-−]$/u;
const SCALES: Record<string, number> = { thousand: 1e3, million: 1e6, billion: 1e9 };
const TOKEN_LEFT = /[\p{L}\p{N}_](?:[\p{L}\p{N}_./-]*)$/u;
const TOKEN_RIGHT = /^(?:[\p{L}\p{N}_./-]*)[\p{L}\p{N}_]/u;

/** All numbers, dates and number-like names of a text. */
export function scanNumbers(text: string): Scan {
  const { dates, rest: undated } = scanDates(text);
  const verbatim: VerbatimToken[] = [];
  const rest = undated.replace(VERBATIM, (found, start: number) => {
    verbatim.push({ text: found, start, end: start + found.length });
    return "\u0000".repeat(found.length);
  });
  const numbers = [...rest.matchAll(NUMBER)].map((match) => readNumber(rest, match));
  const words = scanNumberWords(rest).map((word): NumberToken => ({ ...PLAIN, ...word, word: true, token: word.text }));
  return { numbers: [...numbers, ...words].sort((a, b) => a.start - b.start), dates, verbatim };
}

const PLAIN = {
  halfUnit: 0.5,
  percent: false,
  negative: false,
  approximate: false,
  ordinal: false,
  word: false,
  pair: null,
} as const;

function readNumber(text: string, match: RegExpExecArray): NumberToken {
  const { digits = "", exponent = "" } = match.groups ?? {};
  const start = match.index;
  const end = start + match[0].length;
  const before = text.slice(Math.max(0, start - 40), start);
  const after = text.slice(end, end + 40);
  const decimalComma = /^(\d+),(\d{1,2})$/.exec(digits);
  const plain = decimalComma ? digits.replace(",", ".") : digits.replace(/[,\u00a0\u202f\u2009'’]/g, "");
  const scale = SCALES[SCALE_AFTER.exec(after)?.[1]?.toLowerCase() ?? ""] ?? 1;
  const decimals = (plain.split(".")[1] ?? "").length - Number(exponent.slice(1) || 0);
  const left = TOKEN_LEFT.exec(before)?.[0] ?? "";
  const right = TOKEN_RIGHT.exec(after)?.[0] ?? "";
  return {
    text: match[0],
    start,
    end,
    value: Number(plain + exponent) * scale,
    halfUnit: 0.5 * 10 ** -decimals * scale,
    percent: PERCENT_AFTER.test(after),
    negative: MINUS_BEFORE.test(before),
    approximate: APPROXIMATE_BEFORE.test(before),
    ordinal: ORDINAL_AFTER.test(after),
    word: false,
    token: left + match[0] + right,
    pair: decimalComma ? [Number(decimalComma[1]), Number(decimalComma[2])] : null,
  };
}
