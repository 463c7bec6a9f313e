import { isRole } from "./choose.ts";
import type { Draft } from "./draft.ts";
import type { Filter } from "./filters.ts";
import { isRecords } from "./noun-phrase.ts";

const SPLITS = new Set(
  "who that had have has were was are is experienced reported completed discontinued died took received reporting experiencing having with did occurred happened came belonged led resulted involved attended visited reached underwent got used needed required showed suffered developed enrolled".split(
    " ",
  ),
);

const WITHIN =
  /(?:^| )(?:among|amongst|in|for|within|of|on|at)(?: (?:the|all|those|these|any|each|both|site|arm|group|country|subjects|patients))*$/;

/** Where the question turns from the whole to what is asked of it: the main verb, behind a relative clause if there is one. */
function splitPlace(draft: Draft, filters: Filter[], start: number): number {
  const { tokens } = draft.reading;
  const isVerb = (at: number, word: string) =>
    SPLITS.has(word) ||
    (/^(failed|withdrew|improved|dropped|left|recovered|switched)$/.test(word) &&
      filters.some((filter) => filter.at === at));
  const verbs = tokens
    .filter((token) => token.index > start && isVerb(token.index, token.lower))
    .map((token) => token.index);
  const first = verbs[0] ?? tokens.length;
  if (!/^(who|that|which)$/.test(tokens[first]?.lower ?? "")) return first;
  const main = verbs.filter(
    (at) => filters.some((filter) => filter.at > first && filter.at < at) && filters.some((filter) => filter.at > at),
  );
  return main.at(-1) ?? first;
}

/** Parts the filters of a percentage into those of the whole and those that are asked for. */
export function splitPopulation(draft: Draft, filters: Filter[]): { population: Filter[]; wanted: Filter[] } {
  const { tokens } = draft.reading;
  const start = draft.intent.at?.to ?? 0;
  const among = tokens.find((token) => token.index > start && /^(among|amongst)$/.test(token.lower))?.index;
  if (among !== undefined) {
    const whole = filters.filter((filter) => filter.at > among);
    const part = filters.filter((filter) => filter.at > start && filter.at < among);
    if (whole.length > 0 && part.length > 0)
      return { population: filters.filter((filter) => !part.includes(filter)), wanted: part };
  }
  const split = splitPlace(draft, filters, start);
  const isWhole = (filter: Filter): boolean => {
    if (filter.at < (draft.intent.at?.from ?? 0)) return true;
    if (filter.at < split) return true;
    const before = tokens
      .slice(Math.max(0, filter.at - 4), filter.at)
      .map((token) => token.lower)
      .join(" ");
    return (
      WITHIN.test(before) &&
      (isRole(filter.column, "arm", "age", "sex", "site") ||
        /FL$|RACE|ETHNIC|AGEGR|COUNTRY/.test(filter.column.upper) ||
        draft.base.perSubject)
    );
  };
  let population = filters.filter(isWhole);
  let wanted = filters.filter((filter) => !population.includes(filter));
  const later = filters.filter((filter) => filter.at >= split && filter.at >= start);
  // In `what percent of men were in the low dose arm` the arm is what is asked for.
  if (wanted.length === 0 && later.length > 0 && later.length < filters.length && !hasEvents(draft)) {
    wanted = later;
    population = filters.filter((filter) => !later.includes(filter));
  }
  if (wanted.length === 0 && draft.head && isRecords(draft.head) === false && hasEvents(draft))
    return { population, wanted };
  if (wanted.length === 0) {
    const arms = population.filter((filter) => isRole(filter.column, "arm"));
    const rest = population.filter((filter) => !isRole(filter.column, "arm"));
    return rest.length > 0 ? { population: arms, wanted: rest } : { population: [], wanted: arms };
  }
  return { population, wanted };
}

/** Whether having a row in the base table is itself what is asked for. */
function hasEvents(draft: Draft): boolean {
  return (
    !draft.base.perSubject && draft.reading.mentions.some((mention) => mention !== draft.head && isRecords(mention))
  );
}
