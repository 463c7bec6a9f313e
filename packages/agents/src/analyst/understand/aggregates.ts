import { type CatalogColumn, type CatalogTable, isDateLike } from "../match/catalog.ts";
import { dateColumn, isMeasurable, isRole, pickColumn, pickCondition, resultColumn, unitColumn } from "./choose.ts";
import { type Draft, hasKey, lower } from "./draft.ts";
import { isRecords } from "./noun-phrase.ts";
import type { Condition, Measure } from "./understanding.ts";

/** When it happened: of many dates in a table of subjects only that of a death can be told from the words. */
function eventDate({ reading }: Draft, table: CatalogTable): CatalogColumn | null {
  const died = reading.mentions.some(({ senses }) =>
    senses.some((sense) => sense.kind === "condition" && /^(DTHFL|AESDTH)$/.test(sense.column.upper)),
  );
  const death = died ? table.columns.find(({ upper }) => /^DTHDTC?$/.test(upper)) : undefined;
  return death ?? (table.perSubject ? null : dateColumn(table, null));
}

function hintColumn(draft: Draft): { column: CatalogColumn; table: CatalogTable } | null {
  const { hint } = draft.intent;
  const tables = [draft.base, ...draft.reading.catalog.tables.filter((table) => table.perSubject)];
  for (const table of tables) {
    const dated = hint === "date" ? eventDate(draft, table) : null;
    if (dated) return { column: dated, table };
    if (hint === "date") continue;
    const found = table.columns.find((column) => {
      if (hint === "age" || hint === "duration") return isRole(column, hint) && isMeasurable(column);
      return isMeasurable(column) && column.meaning?.phrases[0] === hint;
    });
    if (found) return { column: found, table };
  }
  return null;
}

export function aggregateMeasure(draft: Draft): Measure | null {
  const { base, intent, measureMention, reading } = draft;
  const fns = intent.fns;
  const perSubject = reading.operations.some((operation) => operation.kind === "count") || measureMention === null;
  const subjectGroup = draft.groups.findIndex((group) => group.column === base.subject);
  if (
    perSubject &&
    !intent.hint &&
    base.domain?.id !== "tte" &&
    (subjectGroup >= 0 || (draft.head !== null && isRecords(draft.head))) &&
    hasKey(base) &&
    intent.kind === "aggregate"
  ) {
    if (subjectGroup < 0) return null;
    if (intent.distinct) {
      draft.problems.push("Different things for each subject cannot be averaged; only rows can.");
      return null;
    }
    draft.groups.splice(subjectGroup, 1);
    return { kind: "per_subject", fns };
  }
  let target = intent.hint ? hintColumn(draft) : null;
  if (measureMention) {
    const column = pickColumn(measureMention, base, (candidate) => isMeasurable(candidate) || isDateLike(candidate));
    const tested = reading.change && pickCondition(measureMention, base)?.table === base;
    if (column && !tested) target = column;
    else if (pickCondition(measureMention, base)) {
      const column = resultColumn(base);
      target = column ? { column, table: base } : null;
    }
  }
  if (!target && base.domain?.id === "tte") {
    const column = resultColumn(base);
    target = column ? { column, table: base } : null;
  }
  if (!target) return null;
  if (draft.reading.change) return changeMeasure(draft, target.column);
  if (target.table !== base) {
    draft.problems.push(`The column ${target.column.ref.column} is in another table than the rest of the question.`);
    return null;
  }
  return {
    kind: "aggregate",
    fns,
    column: target.column.ref,
    subjects: reading.operations.some((operation) => operation.kind === "count") && hasKey(base),
    unit: isRole(target.column, "result") ? (unitColumn(base)?.ref ?? null) : null,
    date: isDateLike(target.column),
  };
}

/** The change of a result from the subject's own baseline, where no column holds it. */
function changeMeasure(draft: Draft, column: CatalogColumn): Measure | null {
  const { base } = draft;
  const flag = base.columns.find((candidate) => /BLFL$/.test(candidate.upper));
  if (!flag || !hasKey(base) || !isRole(column, "result")) {
    draft.problems.push("The change from baseline is in no column, and no flag tells which value is the baseline.");
    return null;
  }
  const baseline: Condition = { column: flag.ref, op: "in", values: ["Y"] };
  const match = base.columns
    .filter((candidate) => /^..TPT$/.test(candidate.upper) || isRole(candidate, "test"))
    .map((candidate) => candidate.ref);
  lower(draft, "medium", `Computed the change as the value minus the subject's value with ${flag.ref.column} = Y.`);
  return {
    kind: "change",
    fns: draft.intent.fns.length > 0 ? draft.intent.fns : ["mean"],
    column: column.ref,
    baseline,
    match,
  };
}

/** Days between two dates that the question names. */
export function daysMeasure(draft: Draft): Measure | null {
  const { reading, base, intent } = draft;
  const columns = reading.mentions.flatMap((mention) => {
    const sense = pickColumn(mention, base, isDateLike);
    if (!sense || sense.table !== base || mention.group) return [];
    mention.used = true;
    return [sense.column];
  });
  const [start, end] = columns;
  if (!start || !end || columns.length > 2) return null;
  return { kind: "days_between", fns: intent.fns.length > 0 ? intent.fns : ["mean"], start: start.ref, end: end.ref };
}
