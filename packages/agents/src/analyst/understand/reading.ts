import { writtenOut } from "../lexicon/abbreviations.ts";
import { STOP_WORDS } from "../lexicon/stop-words.ts";
import { buildCatalog, type Catalog, isYesNo, type TableInput } from "../match/catalog.ts";
import { type Entity, findEntities } from "../match/entities.ts";
import { buildSenses, type SenseIndex } from "../match/senses.ts";
import { meantWord } from "../match/spelling.ts";
import { stem } from "../match/stem.ts";
import { GLUE, type Token, tokenize } from "../match/tokens.ts";
import { type Comparison, findComparisons } from "./comparisons.ts";
import { type DateRange, findDates } from "./dates.ts";
import { findOperations, type Operation } from "./operations.ts";
import { Claims, scan } from "./scan.ts";
import type { LookedUpValue } from "./understanding.ts";

/** An entity and what later rules decide about it. */
export type Mention = Entity & {
  group: boolean;
  negated: boolean;
  used: boolean /** The number right behind it, as in `site 701`. */;
  number: Token | null;
};

/** A question taken apart, before anything is decided. */
export type Reading = {
  tokens: Token[];
  claims: Claims;
  catalog: Catalog;
  senses: SenseIndex;
  operations: Operation[];
  comparisons: Comparison[];
  dates: DateRange[];
  mentions: Mention[];
  /** `change from baseline` where no column holds it. */
  change: boolean;
  /** `days between` two dates. */
  between: boolean;
  /** Where `versus those without` stands. */
  contrast: number | null;
  /** How words were read that are not in the data as they stand. */
  notes: string[];
};

const LEADS =
  /\b(?:by|per|each|every|across|stratified|split|broken|for each|in each|within each|according to|grouped|both|between|among)\b/;

function inNames(tokens: Token[], senses: SenseIndex): boolean[] {
  const flags = tokens.map(() => false);
  for (const entity of findEntities(
    tokens,
    tokens.map(() => true),
    senses,
  )) {
    const words = tokens.slice(entity.from, entity.to + 1).filter((token) => !GLUE.has(token.lower));
    if (words.length < 2) continue;
    for (let at = entity.from; at <= entity.to; at++) flags[at] = true;
  }
  return flags;
}

/** Whether the mention can be what rows are grouped by. */
function canGroup(mention: Mention): boolean {
  return mention.senses.some((sense) => ["column", "arm", "subject", "records"].includes(sense.kind));
}

function wordsBefore(tokens: Token[], at: number, count: number): string {
  return tokens
    .slice(Math.max(0, at - count), at)
    .map((token) => token.lower)
    .join(" ");
}

const BY_LEAD =
  /(?:^| )(?:by|per|each|every|across|stratified by|according to|grouped by|broken down by|split by|for each|in each|and (?:in|for|at|of) which)(?: (?:the|all|of|different|individual|study|each|every|respective|possible))*$/;
const BETWEEN_LEAD =
  /(?:^| )(?:between|among|both|across|in all|the three|the two|three|two|all)(?: (?:the|all|of|three|two|different|study|treatment))*$/;

/** `the highest number of events for one subject` counts by subject. */
const ONE_LEAD = /(?:^| )(?:for|in|by|per) (?:one|any one|a single|any single|an individual)$/;

/** Marks what rows are grouped by; called again when more names have been found. */
export function markGroups(reading: Reading): void {
  const { tokens, mentions, claims } = reading;
  for (const [order, mention] of mentions.entries()) {
    if (!canGroup(mention)) continue;
    const before = wordsBefore(tokens, mention.from, 5);
    const plural = /s$/.test(tokens[mention.to]?.lower ?? "");
    const isArm = mention.senses.some((sense) => sense.kind === "arm");
    const isEach = mention.senses.some((sense) => sense.kind === "subject") && ONE_LEAD.test(before);
    if (isEach || BY_LEAD.test(before) || (plural && isArm && BETWEEN_LEAD.test(before))) {
      mention.group = true;
    } else {
      const previous = mentions[order - 1];
      const gap = previous ? tokens.slice(previous.to + 1, mention.from).map((token) => token.lower) : [];
      if (previous?.group && gap.length > 0 && gap.every((word) => ["and", "by", "the", "then", "each"].includes(word)))
        mention.group = true;
    }
    if (!mention.group) continue;
    for (let at = mention.from - 1; at >= Math.max(0, mention.from - 5); at--) {
      if (!LEADS.test(tokens[at]?.lower ?? "") && !GLUE.has(tokens[at]?.lower ?? "")) break;
      claims.claim(at, at);
    }
  }
}

const NEGATION =
  /not|without|excluding|excludes?|except(?: for)?|other than|never|no|neither|didn't|don't|wasn't|weren't|doesn't|hadn't|free of|apart from|excluded|non|outside|but not/;

function markNegations(reading: Reading): void {
  for (const hit of scan(reading.tokens, NEGATION)) {
    if (!reading.claims.isFree(hit.from, hit.to)) continue;
    if (reading.mentions.some((mention) => mention.from <= hit.from && mention.to >= hit.to)) continue;
    const next = reading.mentions.find(
      (mention) => mention.from > hit.to && mention.from - hit.to <= 5 && !mention.group && negatable(mention),
    );
    if (!next) continue;
    if (isPlainColumn(next)) reading.operations.push({ kind: "missing", from: hit.from, to: hit.to, limit: null });
    else next.negated = true;
    reading.claims.claim(hit.from, hit.to);
  }
}

/** `a known start date`: a column with a value. */
function markPresence(reading: Reading): void {
  for (const hit of scan(reading.tokens, /known|recorded|documented|reported|available/)) {
    const next = reading.mentions.find((mention) => mention.from === hit.to + 1);
    if (!next || next.group || !reading.claims.isFree(hit.from, hit.to) || !isPlainColumn(next)) continue;
    if (!next.senses.some((sense) => sense.kind === "column" && sense.column.profile.null_share > 0)) continue;
    if (!/^(a|an|with|have|has|had|any)$/.test(reading.tokens[hit.from - 1]?.lower ?? "")) continue;
    reading.operations.push({ kind: "present", from: hit.from, to: hit.to, limit: null });
    reading.claims.claim(hit.from, hit.to);
  }
}

/** `no end date`, `without a race`: a column without a value. */
function isPlainColumn(mention: Mention): boolean {
  return mention.senses.every((sense) => sense.kind === "column" && !isYesNo(sense.column));
}

/** `site 701`, `subject number 3`: the number belongs to the name before it. */
function markNumbers(reading: Reading): void {
  for (const mention of reading.mentions) {
    if (!mention.senses.some((sense) => sense.kind === "column" || sense.kind === "subject")) continue;
    let at = mention.to + 1;
    while (["number", "no", "id", "is", "of", "="].includes(reading.tokens[at]?.lower ?? "")) at++;
    const token = reading.tokens[at];
    if (!token || !/^\d[\d.]*$/.test(token.text) || !reading.claims.isFree(at, at)) continue;
    if (reading.mentions.some((other) => other.from <= at && other.to >= at)) continue;
    reading.claims.claim(mention.to + 1, at);
    mention.number = token;
  }
}

/** A word that begins like a table's name speaks of the table: theophylline of `theoph`. */
function markTableWords(reading: Reading): void {
  const parts = reading.catalog.tables
    .flatMap((table) => table.name.split("_"))
    .filter((part) => part.length >= 4 && /^[a-z]+$/.test(part));
  const names = new Set(reading.catalog.tables.flatMap((table) => table.name.split("_")));
  for (const token of reading.tokens) {
    if (reading.mentions.some((mention) => mention.from <= token.index && mention.to >= token.index)) continue;
    if (names.has(token.lower) || parts.some((part) => token.lower.startsWith(part)))
      reading.claims.claim(token.index, token.index);
  }
}

function negatable(mention: Mention): boolean {
  return mention.senses.some(
    (sense) => sense.kind === "condition" || sense.kind === "records" || sense.kind === "column",
  );
}

const BETWEEN_DATES =
  /(?:time|days?|interval|number of days|how many days|how long)(?: (?:elapsed|passed|lie|lay|are there|were there|was there|is there|went by|in days|there))*(?: on average| usually| typically)? (?:between|from)/;

const WITH_AND_WITHOUT =
  /(?:vs|versus|and|or|than|compared (?:with|to)) (?:in |for )?(?:(?:those|patients|subjects|people|participants) )?(?:without(?: it| them| one| any)?|who (?:did not|didn't|do not|don't))/;

const KNOWN = new WeakMap<SenseIndex, ReadonlySet<string>>();

function knownStems(senses: SenseIndex): ReadonlySet<string> {
  const known = KNOWN.get(senses) ?? new Set([...senses.keys()].flatMap((key) => key.split(" ")));
  KNOWN.set(senses, known);
  return known;
}

/** A word that means nothing here may be a common one with a letter wrong. */
function respelled(token: Token, senses: SenseIndex, notes: string[]): Token {
  if (STOP_WORDS.has(token.lower) || knownStems(senses).has(token.stem)) return token;
  const meant = meantWord(token.text);
  if (meant === null || meant === token.lower) return token;
  notes.push(`Read '${token.text}' as '${meant}'.`);
  return { ...token, text: meant, lower: meant, stem: stem(meant) };
}

/** Takes a question apart: numbers, dates, operations, and the names of things in the tables. */
export function readQuestion(question: string, tables: TableInput[], lookups: LookedUpValue[]): Reading {
  const catalog = buildCatalog(tables, lookups);
  const senses = buildSenses(catalog);
  const notes: string[] = [];
  const tokens = tokenize(writtenOut(question)).map((token) => respelled(token, senses, notes));
  const claims = new Claims(tokens.length);
  const named = inNames(tokens, senses);
  const hasChange = catalog.tables.some((table) => table.columns.some((column) => column.meaning?.role === "change"));
  let change = false;
  if (!hasChange) {
    for (const hit of scan(tokens, /changes? (?:in|of) (?:\S+ ){1,5}?from baseline|changes? from baseline/)) {
      change = true;
      claims.claim(hit.from, hit.from);
      claims.claim(hit.to - 1, hit.to);
    }
  }
  let between = false;
  for (const hit of scan(tokens, BETWEEN_DATES)) {
    between = true;
    claims.claim(hit.from, hit.to);
  }
  let contrast: number | null = null;
  for (const hit of scan(tokens, WITH_AND_WITHOUT)) {
    contrast = hit.from;
    claims.claim(hit.from, hit.to);
  }
  const dates = findDates(tokens, claims);
  const comparisons = findComparisons(tokens, claims);
  const operations = findOperations(tokens, claims, named);
  const mentions = findEntities(tokens, claims.free(), senses).map(
    (entity): Mention => ({ ...entity, group: false, negated: false, used: false, number: null }),
  );
  const reading = {
    tokens,
    claims,
    catalog,
    senses,
    operations,
    comparisons,
    dates,
    mentions,
    change,
    between,
    contrast,
    notes,
  };
  markGroups(reading);
  markNumbers(reading);
  markTableWords(reading);
  markNegations(reading);
  markPresence(reading);
  return reading;
}
