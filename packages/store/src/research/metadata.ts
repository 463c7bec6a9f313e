import { storableText } from "@pharmadb/contracts";
import { isHeld } from "../retention/hold.ts";

export type Metadata = Record<string, string>;

/** Who wants which pairs in the place of all that there are. */
export type NewMetadata = { tenantId: string; id: string; metadata: Metadata; mayLiftHold: boolean };

export type MetadataChange =
  /** With the keys that are added, removed or given another value. */
  | { outcome: "changed"; keys: string[]; before: Metadata; after: Metadata }
  | { outcome: "unchanged" }
  /** It would lift the hold, which is not allowed. */
  | { outcome: "held" };

/** Metadata as jsonb can hold them, which unlike json has no place for U+0000 and lone surrogates. */
function storableMetadata(metadata: Metadata): Metadata {
  return Object.fromEntries(Object.entries(metadata).map((pair) => pair.map(storableText)));
}

/** Metadata as a jsonb parameter. */
export function metadataText(metadata: Metadata): string {
  return JSON.stringify(storableMetadata(metadata));
}

/** What it means to write these metadata over those that are stored. */
export function compareMetadata(
  before: Metadata,
  { metadata, mayLiftHold }: Pick<NewMetadata, "metadata" | "mayLiftHold">,
): MetadataChange {
  // As they are stored, so that what cannot be is not taken for a change each time.
  const after = storableMetadata(metadata);
  const keys = changedKeys(before, after);
  if (keys.length === 0) return { outcome: "unchanged" };
  if (isHeld(before) && !isHeld(after) && !mayLiftHold) return { outcome: "held" };
  return { outcome: "changed", keys, before, after };
}

function changedKeys(before: Metadata, after: Metadata): string[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].filter((key) => before[key] !== after[key]).sort();
}
