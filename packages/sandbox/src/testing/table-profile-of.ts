import type { ColumnProfile, TableFileProfile } from "@pharmadb/contracts";
import type { Inspection } from "../sandbox.ts";

/** The profile of a table file; anything else fails the test. */
export function tableProfileOf(inspection: Inspection): TableFileProfile {
  if (inspection.kind !== "table") throw new Error(`Read as a ${inspection.kind}.`);
  return inspection.profile;
}

/** A column by its name. */
export function columnOf(inspection: Inspection, name: string): ColumnProfile {
  const column = tableProfileOf(inspection).columns.find((each) => each.name === name);
  if (column === undefined) throw new Error(`There is no column ${name}.`);
  return column;
}

export function typesOf(inspection: Inspection): Record<string, string> {
  return Object.fromEntries(tableProfileOf(inspection).columns.map(({ name, type }) => [name, type]));
}
