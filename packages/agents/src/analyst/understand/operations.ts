import type { Token } from "../match/tokens.ts";
import { type Claims, scan } from "./scan.ts";
import type { Aggregate } from "./understanding.ts";

export type Operation =
  | {
      kind:
        | "count"
        | "percent"
        | "distinct"
        | "distribution"
        | "list"
        | "missing"
        | "present"
        | "difference"
        | "ratio"
        | "risk_ratio"
        | "which"
        | "what"
        | "most"
        | "least";
      from: number;
      to: number;
      limit: number | null;
    }
  | { kind: "aggregate"; fn: Aggregate; hint: string | null; from: number; to: number; limit: number | null };

// Wanted even where a part of it also stands in a name, as in `most frequently reported term`.
const OVER_NAMES: ReadonlySet<string> = new Set(["most", "least"]);

type Rule = {
  pattern: RegExp;
  kind: Exclude<Operation["kind"], "aggregate"> | Aggregate;
  hint?: string;
  limit?: number;
};

const N = "(\\d+|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty)";
const OFTEN = "(?:frequent|frequently|common|commonly|often|prevalent)";

// In order of precedence: a word goes to the first rule that wants it.
const RULES: Rule[] = [
  {
    kind: "most",
    pattern: new RegExp(`top ${N}(?: most ${OFTEN}(?: (?:reported|used|recorded|taken|occurring|observed))?)?`),
  },
  {
    kind: "most",
    pattern: new RegExp(
      `${N} (?:most ${OFTEN}(?: (?:reported|used|recorded|taken|occurring|observed))?|leading|commonest|biggest)`,
    ),
  },
  { kind: "least", pattern: new RegExp(`${N} least ${OFTEN}(?: (?:reported|used|recorded|taken))?`) },
  {
    kind: "most",
    pattern: new RegExp(`most ${OFTEN}(?: (?:reported|used|recorded|taken|occurring|observed))?|commonest|top|leading`),
    limit: 1,
  },
  { kind: "least", pattern: new RegExp(`least ${OFTEN}(?: (?:reported|used|recorded|taken))?|rarest`), limit: 1 },
  {
    kind: "most",
    pattern: /(?:the )?(?:highest|largest|greatest|biggest|maximum) (?:number|count|amount|frequency) of/,
    limit: 1,
  },
  {
    kind: "least",
    pattern: /(?:the )?(?:lowest|smallest|fewest|minimum|least) (?:number|count|amount|frequency) of/,
    limit: 1,
  },
  { kind: "risk_ratio", pattern: /(?:the )?(?:risk ratio|relative risk|rate ratio)(?: of| for)?/ },
  {
    kind: "min",
    pattern:
      /(?:when|(?:on|at) (?:what|which) (?:date|day)|(?:what|which) (?:date|day)) (?:did|was|were|is) (?:the )?(?:very )?(?:first|earliest)/,
    hint: "date",
  },
  {
    kind: "max",
    pattern:
      /(?:when|(?:on|at) (?:what|which) (?:date|day)|(?:what|which) (?:date|day)) (?:did|was|were|is) (?:the )?(?:very )?(?:last|latest|final|most recent)/,
    hint: "date",
  },
  {
    kind: "min",
    pattern: /(?:the )?(?:first|earliest) date(?: of)?|(?:the )?date of the (?:first|earliest)/,
    hint: "date",
  },
  { kind: "max", pattern: /(?:the )?(?:last|latest) date(?: of)?|(?:the )?date of the (?:last|latest)/, hint: "date" },
  { kind: "distribution", pattern: /(?:and )?how many of each|(?:number|count) of each/ },
  {
    kind: "count",
    pattern:
      /how many times|how many|(?:the )?(?:total )?(?:number|count) of|how often|how frequently|what number of|the numbers? of|numbers of|counts of|count|tally/,
  },
  {
    kind: "percent",
    pattern:
      /(?:what|which) (?:percentage|percent|proportion|share|fraction)(?: of)?|(?:percentage|percent|proportion|share|fraction|percentages|proportions|%)(?: of)?|(?:incidence|prevalence)(?: rate)?(?: of)?|rates?(?: of)?/,
  },
  { kind: "median", pattern: /median|medians/ },
  { kind: "stddev", pattern: /standard deviations?|std dev|std|sd|stdev/ },
  { kind: "iqr", pattern: /(?:the )?(?:inter-?quartile range|inter quartile range|iqr)(?: of)?/ },
  { kind: "mean", pattern: /how long(?= (?:did|do|does|was|were|is|are))/, hint: "duration" },
  { kind: "q1", pattern: /first quartile|lower quartile|25th percentile|q1/ },
  { kind: "q3", pattern: /third quartile|upper quartile|75th percentile|q3/ },
  { kind: "max", pattern: /oldest/, hint: "age" },
  { kind: "min", pattern: /youngest/, hint: "age" },
  { kind: "max", pattern: /heaviest/, hint: "weight" },
  { kind: "min", pattern: /lightest/, hint: "weight" },
  { kind: "max", pattern: /tallest/, hint: "height" },
  { kind: "max", pattern: /longest/, hint: "duration" },
  { kind: "min", pattern: /shortest/, hint: "duration" },
  { kind: "max", pattern: /latest|most recent|most recently/, hint: "date" },
  { kind: "min", pattern: /earliest/, hint: "date" },
  { kind: "max", pattern: /highest|maximum|max|largest|greatest|peak|biggest|maximal/ },
  { kind: "min", pattern: /lowest|minimum|min|smallest|minimal/ },
  { kind: "mean", pattern: /mean|average|avg|averages|means|on average|averaged/ },
  { kind: "sum", pattern: /sum of|sum|(?:the )?total amount of|combined/ },
  { kind: "range", pattern: /range/ },
  { kind: "most", pattern: /(?:the )?most(?: of the)?|more(?! than)/, limit: 1 },
  { kind: "least", pattern: /(?:the )?(?:fewest|least)|(?:fewer|less)(?! than)/, limit: 1 },
  { kind: "distinct", pattern: /distinct|unique|different/ },
  {
    kind: "missing",
    pattern:
      /(?:is |are |was |were )?missing|(?:has |have |had |with )?no (?:value|recorded|documented|available|known)|not (?:been )?recorded|not available|unknown|blank|without an?y? (?:recorded|documented|value)|lack(?:s|ing)? an?|without a recorded/,
  },
  {
    kind: "distribution",
    pattern:
      /(?:frequency )?distribution(?: of)?|breakdown(?: of)?|broken down|split of|frequencies of|make ?up of|composition of/,
  },
  {
    kind: "difference",
    pattern: /(?:the )?differences?(?: in)?|differ|compare|compared(?: with| to)?|comparison(?: of)?|how do|how does/,
  },
  { kind: "ratio", pattern: /(?:the )?ratio(?: of)?|how many times (?:more|higher)|times (?:more|as many|higher)/ },
  { kind: "list", pattern: /list|name all|enumerate|what are the names of/ },
  { kind: "mean", pattern: /how old (?:is|was|are|were) (?:the )?(?:average|typical)/, hint: "age" },
  { kind: "what", pattern: /how old/ },
  { kind: "which", pattern: new RegExp(`which ${N}`) },
  { kind: "which", pattern: /which|who/ },
  { kind: "what", pattern: /what/ },
];

const AGGREGATES: ReadonlySet<string> = new Set([
  "mean",
  "median",
  "min",
  "max",
  "sum",
  "stddev",
  "q1",
  "q3",
  "range",
  "iqr",
]);
const LIMIT_WORDS = new Map(
  "one two three four five six seven eight nine ten".split(" ").map((word, at) => [word, at + 1]),
);
LIMIT_WORDS.set("twelve", 12).set("fifteen", 15).set("twenty", 20);

function limitOf(word: string | undefined): number | null {
  if (word === undefined || word === "") return null;
  return LIMIT_WORDS.get(word) ?? Number(word);
}

/** What is to be computed, by the words that say so. Claims those words, but for those that a longer name needs. */
export function findOperations(tokens: Token[], claims: Claims, inNames: boolean[]): Operation[] {
  const found: Operation[] = [];
  for (const rule of RULES) {
    for (const hit of scan(tokens, rule.pattern)) {
      let inName = false;
      for (let at = hit.from; at <= hit.to; at++) inName ||= inNames[at] === true;
      const named = inName && !(OVER_NAMES.has(rule.kind) && hit.to > hit.from);
      if (named || !claims.isFree(hit.from, hit.to)) continue;
      claims.claim(hit.from, hit.to);
      const limit = limitOf(hit.groups[0]) ?? rule.limit ?? null;
      const place = { from: hit.from, to: hit.to, limit };
      if (AGGREGATES.has(rule.kind)) {
        found.push({ kind: "aggregate", fn: rule.kind as Aggregate, hint: rule.hint ?? null, ...place });
      } else {
        found.push({ kind: rule.kind as Exclude<Operation["kind"], "aggregate">, ...place });
      }
    }
  }
  return found.sort((a, b) => a.from - b.from);
}
