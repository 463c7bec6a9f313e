import type { CatalogColumn, CatalogTable } from "../match/catalog.ts";
import type { Comparison } from "./comparisons.ts";
import type { Draft } from "./draft.ts";
import { countedMention } from "./filters.ts";
import { isRecords, isSubject } from "./noun-phrase.ts";
import type { Reading } from "./reading.ts";
import { targetAfterWhich } from "./targets.ts";
import type { Measure, Understanding } from "./understanding.ts";

/** `patients with more than 5 events`: how many rows each must have. */
export function havingOfSubjects(reading: Reading): Understanding["having"] {
  for (const comparison of reading.comparisons) {
    const counted = countedMention(reading, comparison);
    const count = comparison.values[0];
    if (!counted || count === undefined || comparison.op === "between") continue;
    counted.used = true;
    if (comparison.op === ">=" && count <= 1) continue;
    return { op: comparison.op, count, of: "subjects" };
  }
  return null;
}

/** What is counted for each group: people or rows; null where the number is about something else. */
function countedBehind(reading: Reading, { to, hint, unit, op }: Comparison): "subjects" | "records" | null {
  if (hint !== null || unit !== null || op === "between") return null;
  if (reading.tokens[to + 1]?.lower === "times") return "records";
  const next = reading.mentions.find((mention) => mention.from > to && mention.from - to <= 2);
  if (!next) return null;
  return isSubject(next) ? "subjects" : isRecords(next) ? "records" : null;
}

export type GroupHaving = {
  having: NonNullable<Understanding["having"]>;
  measure: Measure;
  target: { column: CatalogColumn; table: CatalogTable };
};

/** `which terms were reported by more than 30 subjects`: groups with so many things in each. */
export function havingOfGroups(draft: Draft): GroupHaving | null {
  const { reading, base } = draft;
  if (draft.intent.kind !== "values") return null;
  const found = reading.comparisons.find((comparison) => countedBehind(reading, comparison) !== null);
  const target = found ? targetAfterWhich(draft) : null;
  const count = found?.values[0];
  if (!found || !target || count === undefined || target.table !== base) return null;
  const of = countedBehind(reading, found);
  if (target.column === base.subject && of === "subjects") return null;
  for (const mention of reading.mentions)
    if (mention.from > found.to && mention.from - found.to <= 2 && !mention.used) mention.used = true;
  reading.comparisons.splice(reading.comparisons.indexOf(found), 1);
  return {
    having: { op: found.op, count, of: "groups" },
    measure: { kind: of === "subjects" && base.subject ? "subjects" : "records" },
    target,
  };
}
