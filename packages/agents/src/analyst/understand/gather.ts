import { isDateLike, isYesNo, yesNoValue } from "../match/catalog.ts";
import { isMeasurable, isRole, pickColumn, pickCondition, sharedKey } from "./choose.ts";
import { type Draft, isArmWord, lower } from "./draft.ts";
import { comparisonFilters, dateFilters, type Filter, identifierFilters, mentionFilter } from "./filters.ts";
import { isCondition, isRecords, isSubject, isThing } from "./noun-phrase.ts";
import type { Mention } from "./reading.ts";
import type { Measure } from "./understanding.ts";

export function collectFilters(draft: Draft): Filter[] {
  const { reading, base, measureMention } = draft;
  const filters = [...comparisonFilters(draft), ...dateFilters(draft), ...identifierFilters(draft)];
  for (const mention of reading.mentions) {
    const numbered = mention.number && !mention.group ? mentionFilter(draft, mention) : null;
    if (numbered) {
      mention.used = true;
      filters.push(numbered);
      continue;
    }
    if (mention.group || (mention === draft.head && !isCondition(mention))) {
      if (mention === draft.head) mention.used = true;
      continue;
    }
    if (
      mention === measureMention &&
      !(reading.change && pickCondition(mention, base)?.table === base) &&
      pickColumn(mention, base, (column) => isMeasurable(column) || isDateLike(column))
    ) {
      mention.used = true;
      continue;
    }
    if (mention.used) continue;
    if ((isSubject(mention) && !isCondition(mention)) || isArmWord(mention)) {
      const named = mentionFilter(draft, mention);
      if (named && named.condition.op === "in" && (isSubject(mention) || (named.at === mention.from && !isYes(named))))
        filters.push(named);
      mention.used = true;
      continue;
    }
    if (mention === draft.head && !isRecords(mention)) continue;
    const recordsHere = mention.senses.some(
      (sense) => sense.kind === "records" && (sense.table === base || sense.table === null),
    );
    if (recordsHere && !pickCondition(mention, base)) {
      mention.used = true;
      continue;
    }
    const filter = mentionFilter(draft, mention);
    if (filter) {
      mention.used = true;
      if (filter.note) lower(draft, "medium", filter.note);
      filters.push(filter);
    } else if (isRecords(mention)) {
      filters.push(...existence(draft, mention));
    }
  }
  return filters;
}

/** A supplemental qualifier is a name with a value: that it is set, or not, stands in the value. */
export function qualifierFilters(draft: Draft, filters: Filter[]): Filter[] {
  const { base } = draft;
  const value = base.columns.find((column) => column.upper === "QVAL");
  if (base.domain?.id !== "supp" || !value || !isYesNo(value)) return filters;
  const named = filters.find((filter) => filter.table === base && isRole(filter.column, "test"));
  const wanted = named ? yesNoValue(value, !named.negated) : null;
  if (!named || wanted === null) return filters;
  const condition = { ...named.condition, op: "in" as const };
  const said = {
    ...named,
    column: value,
    negated: false,
    condition: { column: value.ref, op: "in" as const, values: [wanted] },
  };
  return [...filters.map((filter) => (filter === named ? { ...named, condition, negated: false } : filter)), said];
}

/** Those who completed have no reason for having stopped. */
export function reasonFilters(draft: Draft, filters: Filter[]): Filter[] {
  const group = draft.groups.find(({ column }) => isRole(column, "disposition"));
  const asked = draft.reading.tokens.some((token) => /^(discontinu|withdr|dropout|dropped)/.test(token.lower));
  const done = group?.column.values.filter(({ value }) =>
    /^(completed|completer|screen fail\w*|final .* visit)$/i.test(String(value)),
  );
  if (!group || !asked || !draft.intent.order || !done || done.length === 0) return filters;
  const condition = { column: group.column.ref, op: "not_in" as const, values: done.map(({ value }) => value) };
  return [...filters, { condition, at: 0, table: group.table, note: null, column: group.column, negated: false }];
}

function isYes(filter: Filter): boolean {
  return filter.column.profile.distinct_count <= 2;
}

/** `who had medical history`: a row in another table, whatever it says. */
function existence(draft: Draft, mention: Mention): Filter[] {
  const sense = mention.senses.find((candidate) => candidate.kind === "records");
  if (sense?.kind !== "records" || !sense.table?.subject || sharedKey(sense.table, draft.base) === null) return [];
  mention.used = true;
  const column = sense.table.subject;
  return [
    {
      condition: { column: column.ref, op: mention.negated ? "no_row" : "not_null", values: [] },
      at: mention.from,
      table: sense.table,
      note: null,
      column,
      negated: mention.negated,
    },
  ];
}

export function missingFilter(draft: Draft): Filter[] {
  if (!draft.intent.missing && !draft.intent.present) return [];
  const mention = draft.reading.mentions.find(
    (candidate) =>
      !candidate.used &&
      isThing(candidate) &&
      !candidate.group &&
      !isArmWord(candidate) &&
      (draft.intent.missing || candidate.senses.every((sense) => sense.kind === "column")),
  );
  const sense = mention ? pickColumn(mention, draft.base) : null;
  if (!mention || !sense) {
    draft.problems.push("It is not clear which column may lack values.");
    return [];
  }
  mention.used = true;
  return [
    {
      condition: { column: sense.column.ref, op: draft.intent.missing ? "is_null" : "not_null", values: [] },
      at: mention.from,
      table: sense.table,
      note: null,
      column: sense.column,
      negated: false,
    },
  ];
}

/** In time-to-event data a row is no event yet: the censoring flag tells who had it. */
export function eventFilter(draft: Draft, measure: Measure | null, filters: Filter[]): Filter[] {
  const { base } = draft;
  const censor = base.columns.find((column) => column.upper === "CNSR");
  const counts = measure?.kind === "subjects" || measure?.kind === "percent";
  const named = filters.find((filter) => isRole(filter.column, "test"));
  if (!censor || !counts || !named || filters.some((filter) => filter.column === censor)) return [];
  lower(draft, "medium", "Took having the event as CNSR = 0, not censored.");
  return [
    {
      condition: { column: censor.ref, op: "in", values: [0] },
      at: named.at,
      table: base,
      note: null,
      column: censor,
      negated: false,
    },
  ];
}
