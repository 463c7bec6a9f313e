import type { Token } from "../match/tokens.ts";
import { type Claims, scan } from "./scan.ts";

/** A stretch of time, in ISO dates that may be as short as a year. */
export type DateRange = {
  from: number;
  to: number;
  op: "year_month" | "before" | "after" | "since" | "date_between";
  values: string[];
};

const MONTHS = "january february march april may june july august september october november december".split(" ");
const MONTH = `(?:${MONTHS.map((month) => `${month}|${month.slice(0, 3)}`).join("|")}|sept)`;
const YEAR = "(?:19|20)\\d\\d";
const DATE = `(${YEAR}-\\d\\d(?:-\\d\\d)?|(?:\\d{1,2} )?${MONTH}(?: \\d{1,2})? ${YEAR}|${YEAR})`;

function isoOf(words: string): string {
  if (/^\d{4}(-|$)/.test(words)) return words;
  const parts = words.split(" ");
  const year = parts.at(-1) ?? "";
  const name = parts.find((part) => /^[a-z]/.test(part)) ?? "";
  const month = MONTHS.findIndex((month) => month.startsWith(name.slice(0, 3))) + 1;
  const day = parts.slice(0, -1).find((part) => /^\d/.test(part));
  const iso = `${year}-${String(month).padStart(2, "0")}`;
  return day ? `${iso}-${day.padStart(2, "0")}` : iso;
}

const RULES: { pattern: RegExp; op: DateRange["op"] }[] = [
  { op: "date_between", pattern: new RegExp(`(?:between|from) ${DATE} (?:and|to|until|through) ${DATE}`) },
  {
    op: "since",
    pattern: new RegExp(`(?:since|from|on or after|starting in|starting) ${DATE}(?: on| onwards?| or later)?`),
  },
  { op: "after", pattern: new RegExp(`(?:after|later than|following|past) ${DATE}`) },
  { op: "before", pattern: new RegExp(`(?:before|prior to|earlier than|until) ${DATE}`) },
  {
    op: "year_month",
    pattern: new RegExp(`(?:in|during|of|on|dated|throughout|within) (?:the year |the month of |year )?${DATE}`),
  },
];

/** The stretches of time of a question. Claims their words. */
export function findDates(tokens: Token[], claims: Claims): DateRange[] {
  const found: DateRange[] = [];
  for (const { pattern, op } of RULES) {
    for (const hit of scan(tokens, pattern)) {
      if (!claims.isFree(hit.from, hit.to)) continue;
      claims.claim(hit.from, hit.to);
      found.push({ from: hit.from, to: hit.to, op, values: hit.groups.map(isoOf) });
    }
  }
  return found.sort((a, b) => a.from - b.from);
}
