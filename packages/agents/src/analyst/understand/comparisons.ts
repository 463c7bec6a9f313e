import type { Token } from "../match/tokens.ts";
import { type Claims, scan } from "./scan.ts";

/** A number that something is held against, before it is known what. */
export type Comparison = {
  from: number;
  to: number;
  op: "<" | "<=" | ">" | ">=" | "=" | "between";
  values: number[];
  hint: "age" | "dose" | "weight" | "duration" | null;
  /** The words `years` or `days` behind the number. */
  unit: string | null;
};

const UNIT = "(years? old|years? of age|years?|yrs?|months?|weeks?|days?|hours?|mg|kg|cm|mmhg|%)";
const N =
  "(\\d[\\d.,]*|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty)";
const MORE = "older|greater|more|higher|larger|longer|heavier|later|taller|above|over";
const LESS = "younger|less|fewer|lower|smaller|shorter|lighter|earlier|below|under";

type Rule = {
  pattern: RegExp;
  read: (groups: string[]) => Omit<Comparison, "from" | "to" | "values"> & { words: (string | undefined)[] };
};

function hintOf(words: string, unit: string | undefined): Comparison["hint"] {
  if (/old|young|age/.test(words) || /old|of age/.test(unit ?? "")) return "age";
  if (unit === "mg") return "dose";
  if (/long|short/.test(words) && /^days?$/.test(unit ?? "")) return "duration";
  if (unit === "kg" || /heav|light/.test(words)) return "weight";
  return null;
}

const orEqual = "( or equal to| or equal)?";

const RULES: Rule[] = [
  {
    pattern: new RegExp(
      `(aged|ages|age)? ?(?:between|from|ranging from) (?:the ages of )?${N}(?: ${UNIT})? (?:and|to) ${N}(?: ${UNIT})?`,
    ),
    read: ([aged = "", low, unit1, high, unit2]) => ({
      op: "between",
      words: [low, high],
      hint: hintOf(aged, unit2 || unit1),
      unit: unit2 || unit1 || null,
    }),
  },
  {
    pattern: new RegExp(`(aged|ages|age) ${N} (?:and|to) ${N}(?: ${UNIT})?`),
    read: ([, low, high, unit]) => ({ op: "between", words: [low, high], hint: "age", unit: unit || null }),
  },
  {
    pattern: new RegExp(`(?:aged |age )?(${MORE}) than${orEqual} (?:the age of |age )?${N}(?: ${UNIT})?`),
    read: ([word = "", equal, n, unit]) => ({
      op: equal ? ">=" : ">",
      words: [n],
      hint: hintOf(word, unit),
      unit: unit || null,
    }),
  },
  {
    pattern: new RegExp(`(?:aged |age )?(${LESS}) than${orEqual} (?:the age of |age )?${N}(?: ${UNIT})?`),
    read: ([word = "", equal, n, unit]) => ({
      op: equal ? "<=" : "<",
      words: [n],
      hint: hintOf(word, unit),
      unit: unit || null,
    }),
  },
  {
    pattern: new RegExp(`(aged )?${N}(?: ${UNIT})?(?: of age)? (?:or|and) (${MORE})(?: in age)?`),
    read: ([aged = "", n, unit, word = ""]) => ({
      op: ">=",
      words: [n],
      hint: hintOf(aged + word, unit),
      unit: unit || null,
    }),
  },
  {
    pattern: new RegExp(`(aged )?${N}(?: ${UNIT})?(?: of age)? (?:or|and) (${LESS})(?: in age)?`),
    read: ([aged = "", n, unit, word = ""]) => ({
      op: "<=",
      words: [n],
      hint: hintOf(aged + word, unit),
      unit: unit || null,
    }),
  },
  {
    pattern: new RegExp(
      `(aged |age )?(?:at least|no less than|not less than|a minimum of|minimum of|>=|≥) ${N}(?: ${UNIT})?`,
    ),
    read: ([aged = "", n, unit]) => ({ op: ">=", words: [n], hint: hintOf(aged, unit), unit: unit || null }),
  },
  {
    pattern: new RegExp(
      `(aged |age )?(?:at most|no more than|not more than|a maximum of|maximum of|up to|<=|≤) ${N}(?: ${UNIT})?`,
    ),
    read: ([aged = "", n, unit]) => ({ op: "<=", words: [n], hint: hintOf(aged, unit), unit: unit || null }),
  },
  {
    pattern: new RegExp(
      `(aged |age )?(?:over|above|exceeding|exceeded|exceeds|beyond|>)( the age of| age)? ${N}(?: ${UNIT})?`,
    ),
    read: ([aged = "", age = "", n, unit]) => ({
      op: ">",
      words: [n],
      hint: hintOf(aged + age, unit),
      unit: unit || null,
    }),
  },
  {
    pattern: new RegExp(`(aged |age )?(?:under|below|<)( the age of| age)? ${N}(?: ${UNIT})?`),
    read: ([aged = "", age = "", n, unit]) => ({
      op: "<",
      words: [n],
      hint: hintOf(aged + age, unit),
      unit: unit || null,
    }),
  },
  {
    pattern: new RegExp(`(aged |age |exactly |equal to |equals |= )${N}(?: ${UNIT})?`),
    read: ([word = "", n, unit]) => ({ op: "=", words: [n], hint: hintOf(word, unit), unit: unit || null }),
  },
  {
    pattern: new RegExp(`${N} (years? old|years? of age)`),
    read: ([n, unit]) => ({ op: "=", words: [n], hint: "age", unit: unit || null }),
  },
  {
    pattern: new RegExp(`${N} (mg|kg)`),
    read: ([n, unit]) => ({ op: "=", words: [n], hint: unit === "mg" ? "dose" : "weight", unit: unit || null }),
  },
];

/** The numeric comparisons of a question. Claims their words. */
export function findComparisons(tokens: Token[], claims: Claims): Comparison[] {
  const numbers = new Map(tokens.filter((token) => token.number !== null).map((token) => [token.lower, token.number]));
  const found: Comparison[] = [];
  for (const rule of RULES) {
    for (const hit of scan(tokens, rule.pattern)) {
      if (!claims.isFree(hit.from, hit.to)) continue;
      const { words, ...rest } = rule.read(hit.groups);
      const values = words.map((word) => numbers.get(word ?? "") ?? null).filter((value) => value !== null);
      if (values.length !== words.length) continue;
      claims.claim(hit.from, hit.to);
      found.push({ from: hit.from, to: hit.to, values, ...rest });
    }
  }
  return found.sort((a, b) => a.from - b.from);
}
