import { isYesNo } from "../match/catalog.ts";
import { armColumn, isRole, pickColumn } from "./choose.ts";
import { type Draft, termColumn } from "./draft.ts";
import type { Filter } from "./filters.ts";
import { isSubject } from "./noun-phrase.ts";

/** Groups that the words ask for: by-phrases, and values of one column set side by side. */
export function findGroups(draft: Draft): void {
  const { reading, base } = draft;
  for (const mention of reading.mentions) {
    if (!mention.group) continue;
    mention.used = true;
    // `top terms by number of patients`: what is counted, not what rows are grouped by.
    if (draft.intent.kind === "top" && isSubject(mention) && base.subject) {
      draft.head = mention;
      continue;
    }
    const arm = mention.senses.some((sense) => sense.kind === "arm") ? armColumn(reading, base) : null;
    const column = pickColumn(mention, base);
    const records = mention.senses.some((sense) => sense.kind === "records" && sense.table === base);
    const term = records && !column ? termColumn(base) : null;
    const picked = term
      ? { column: term, table: base }
      : arm && (!column || column.rank >= 5 || isRole(column.column, "arm"))
        ? arm
        : (column ?? (isSubject(mention) && base.subject ? { column: base.subject, table: base } : null));
    if (!picked) {
      const words = reading.tokens
        .slice(mention.from, mention.to + 1)
        .map((token) => token.text)
        .join(" ");
      draft.problems.push(`Found no column to group by '${words}'.`);
      continue;
    }
    if (!draft.groups.some((group) => group.column === picked.column))
      draft.groups.push({ column: picked.column, table: picked.table });
  }
}

const SIDE_BY_SIDE = new Set(["and", "versus", "vs", "compared", "than", "or", "to", "with", "between"]);

const JOINERS = new Set([",", "and", "or", "versus", "vs", "compared", "than", "to", "with", "between", "both"]);

/** `with pancreatitis versus those without`: the filter becomes what rows are grouped by. */
export function contrasted(draft: Draft, filters: Filter[]): Filter[] {
  const { contrast } = draft.reading;
  if (contrast === null) return filters;
  const filter = filters.filter((one) => one.at < contrast).at(-1);
  if (!filter || !isYesNo(filter.column) || filter.table !== draft.base) {
    draft.problems.push("It is not clear who those without are.");
    return filters;
  }
  draft.groups.push({ column: filter.column, table: filter.table });
  return filters.filter((one) => one !== filter);
}

/** `in each arm of the streptomycin trial`: a value cannot both pick one group and be the name of the trial. */
export function withoutTrialNames(draft: Draft, filters: Filter[]): Filter[] {
  const { tokens } = draft.reading;
  return filters.filter((filter) => {
    const grouped = draft.groups.some((group) => group.column === filter.column);
    if (!grouped || filter.condition.op !== "in" || filter.condition.values.length > 1) return true;
    const named = tokens
      .slice(filter.at + 1, filter.at + 3)
      .some((token) => /^(trial|study|dataset)$/.test(token.lower));
    if (named) draft.notes.push(`Took '${filter.condition.words ?? ""}' as a part of the trial's name.`);
    else
      draft.problems.push(
        `It is not clear whether all groups are wanted or only ${filter.condition.values.join(", ")}.`,
      );
    return !named;
  });
}

function sameValues(a: Filter, b: Filter): boolean {
  return b.condition.values.every((value) => a.condition.values.includes(value));
}

/** Two values of one column joined by `and` or `versus` are wanted apart. */
export function sideBySide(draft: Draft, filters: Filter[]): Filter[] {
  const merged: Filter[] = [];
  for (const filter of filters) {
    const twin = merged.find(
      (other) =>
        other.column.ref.column === filter.column.ref.column &&
        other.condition.op === "in" &&
        filter.condition.op === "in" &&
        !other.negated &&
        !filter.negated,
    );
    if (!twin) {
      merged.push(filter);
      continue;
    }
    if (sameValues(twin, filter)) continue;
    const between = draft.reading.tokens
      .slice(Math.min(twin.at, filter.at), Math.max(twin.at, filter.at))
      .map((token) => (token.comma ? "," : token.lower));
    const { words: _one, ...both } = twin.condition;
    twin.condition = {
      ...both,
      values: [...new Set([...twin.condition.values, ...filter.condition.values])],
    };
    if (!between.some((word) => JOINERS.has(word))) {
      draft.problems.push(
        `It is not clear how ${twin.condition.values.join(", ")} and ${filter.condition.values.join(", ")} go together.`,
      );
    }
    const apart = between.some((word) => SIDE_BY_SIDE.has(word) && word !== "or") || draft.intent.compare !== null;
    if (apart && !draft.groups.some((group) => group.column.ref.column === twin.column.ref.column)) {
      draft.groups.push({ column: twin.column, table: twin.table });
    }
  }
  return merged;
}
