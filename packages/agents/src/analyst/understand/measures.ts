import type { CatalogColumn } from "../match/catalog.ts";
import { aggregateMeasure, daysMeasure } from "./aggregates.ts";
import { armColumn, isMeasurable, isRole, pickColumn, resultColumn } from "./choose.ts";
import { type Draft, hasKey, isArmWord, lower, termColumn } from "./draft.ts";
import type { Filter } from "./filters.ts";
import { headOf, isCondition, isRecords, isSubject, isThing } from "./noun-phrase.ts";
import { pickGroup, targetOf, topTarget } from "./targets.ts";
import type { Measure } from "./understanding.ts";

/** What a `how many` counts. */
function countMeasure(draft: Draft): Measure | null {
  const { base, head, intent } = draft;
  if (intent.missing && head && isThing(head) && !isSubject(head) && !isRecords(head))
    return base.perSubject ? { kind: "subjects" } : { kind: "records" };
  if (!head)
    return base.perSubject || (isPersonQuestion(draft) && hasKey(base)) ? { kind: "subjects" } : { kind: "records" };
  if (isSubject(head)) {
    if (hasKey(base)) return { kind: "subjects" };
    lower(draft, "medium", `${base.name} has no column that tells subjects apart; counted rows, one a subject.`);
    return { kind: "records" };
  }
  const column = pickColumn(head, base, (candidate) => !isMeasurable(candidate) || isRole(candidate, "site", "visit"));
  if (isRecords(head) && !(intent.distinct && column)) {
    const plain = head.senses.some(
      (sense) => sense.kind === "records" && (sense.table === base || sense.table === null),
    );
    if (!plain) return null;
    if (!intent.distinct) return { kind: "records" };
    const term = termColumn(base);
    return term ? { kind: "distinct", column: term.ref } : { kind: "records" };
  }
  if (pickColumn(head, base, (candidate) => isRole(candidate, "result"))) return { kind: "records" };
  if (isArmWord(head)) {
    const arm = armColumn(draft.reading, base);
    return arm ? { kind: "distinct", column: arm.column.ref } : null;
  }
  return column ? { kind: "distinct", column: column.column.ref } : null;
}

const PERSONS =
  /^(female|woman|women|male|man|men|black|white|hispanic|african|completer|completed|discontinu|withdrew|died|dropped|screen)/;

function isPersonQuestion(draft: Draft): boolean {
  const next = draft.reading.tokens[(draft.intent.at?.to ?? -1) + 1];
  return PERSONS.test(next?.lower ?? "");
}

function topMeasure(draft: Draft): Measure | null {
  const { reading, base, intent } = draft;
  const most = intent.at;
  const head = headOf(reading, (most?.to ?? -1) + 1);
  const counted = draft.head ?? (head && !head.used ? head : null);
  if (counted && isSubject(counted) && hasKey(base) && !draft.groups.some((group) => group.column === base.subject)) {
    counted.used = true;
    return { kind: "subjects" };
  }
  if (counted && !isCondition(counted) && (isRecords(counted) || isSubject(counted))) counted.used = true;
  return base.perSubject ? { kind: "subjects" } : { kind: "records" };
}

/** `Which patients had …`: their identifiers. */
function whoAsked({ reading, base }: Draft): CatalogColumn | null {
  const which = reading.operations.find(({ kind }) => kind === "which");
  const next = reading.mentions.find((mention) => which && mention.from === which.to + 1);
  const person = next !== undefined && isSubject(next) && !next.group;
  if (!which || !base.subject || !person) return null;
  next.used = true;
  return base.subject;
}

function valuesMeasure(draft: Draft, filters: Filter[]): Measure | null {
  const { reading, base } = draft;
  const who = whoAsked(draft);
  if (who) return { kind: "values", column: who.ref };
  const test = filters.find((filter) => isRole(filter.column, "test") && filter.table === base);
  const free = reading.mentions.find(
    (mention) => !mention.used && isThing(mention) && !mention.group && pickColumn(mention, base)?.table === base,
  );
  const value = base.columns.find((column) => /^(TSVAL|QVAL|IETEST)$/.test(column.upper)) ?? resultColumn(base);
  const records = reading.mentions.find((mention) =>
    mention.senses.some((sense) => sense.kind === "records" && sense.table === base),
  );
  if (free) {
    free.used = true;
    const picked = pickColumn(free, base);
    if (picked) return { kind: "values", column: picked.column.ref };
  }
  if (test && value) return { kind: "values", column: value.ref };
  const term = records ? (termColumn(base) ?? null) : null;
  return term ? { kind: "values", column: term.ref } : null;
}

/** In front, since it is what the answer names; once, though the words may name it twice. */
function addGroup(draft: Draft, target: Draft["groups"][number]): void {
  draft.groups = [target, ...draft.groups.filter((group) => group.column !== target.column)];
}

export function measureOf(draft: Draft, filters: Filter[]): Measure | null {
  const { intent, base } = draft;
  if (draft.reading.between) return daysMeasure(draft);
  switch (intent.kind) {
    case "aggregate":
      pickGroup(draft);
      return aggregateMeasure(draft);
    case "argmax": {
      const target = topTarget(draft);
      if (!target) return null;
      if (isMeasurable(target.column) && !isRole(target.column, "site", "subject"))
        return {
          kind: "aggregate",
          fns: intent.fns,
          column: target.column.ref,
          unit: null,
          date: false,
          subjects: false,
        };
      const measure = aggregateMeasure(draft);
      if (measure) addGroup(draft, target);
      return measure;
    }
    case "top": {
      const target = topTarget(draft);
      if (!target) return null;
      addGroup(draft, target);
      return topMeasure(draft);
    }
    case "percent":
      pickGroup(draft);
      return { kind: "percent", of: percentOf(draft) };
    case "distribution": {
      const before = draft.reading.mentions.find(
        (mention) => mention.to === (intent.at?.from ?? 0) - 1 && isThing(mention),
      );
      if (before) draft.head = before;
      const target = draft.head && isThing(draft.head) && !isSubject(draft.head) ? targetOf(draft, draft.head) : null;
      if (target && draft.head) {
        draft.head.used = true;
        draft.groups.push(target);
        draft.head = null;
      } else if (draft.groups.length === 0) {
        const picked = topTarget(draft);
        if (!picked) return null;
        draft.groups.push(picked);
      }
      return base.perSubject || (draft.head && isSubject(draft.head)) ? { kind: "subjects" } : { kind: "records" };
    }
    case "values":
      return valuesMeasure(draft, filters);
    case "compare":
      return draft.measureMention
        ? aggregateMeasure({ ...draft, intent: { ...intent, fns: ["mean"] } })
        : countMeasure(draft);
    default:
      return countMeasure(draft);
  }
}

/** `of the safety population`: a flag for people, so people are the whole. */
function namesPopulation({ reading, intent }: Draft): boolean {
  const at = intent.at?.to ?? -1;
  return reading.mentions.some(
    (mention) =>
      mention.from > at &&
      mention.from - at <= 3 &&
      mention.senses.some(
        (sense) => sense.kind === "condition" && /^(SAF|ITT|FAS|EFF|PP|PPROT|COMP\d+)FL$/.test(sense.column.upper),
      ),
  );
}

function percentOf(draft: Draft): "subjects" | "records" {
  const { head, base } = draft;
  if (head && isRecords(head) && !isSubject(head)) return "records";
  if ((head && isSubject(head)) || isPersonQuestion(draft) || namesPopulation(draft))
    return hasKey(base) ? "subjects" : "records";
  const word = draft.reading.tokens
    .slice(draft.intent.at?.from ?? 0, (draft.intent.at?.to ?? 0) + 1)
    .map((token) => token.lower);
  if (hasKey(base) && word.some((text) => /^(incidence|prevalence|rates?)$/.test(text))) return "subjects";
  return base.perSubject || (hasKey(base) && draft.reading.mentions.some(isSubject)) ? "subjects" : "records";
}
