import type { JsonObject } from "@pharmadb/contracts";

type Metadata = Record<string, string>;

/** Which pairs have changed and, of what they say, the hold alone, for the trail holds no content. */
export function metadataDetails(keys: string[], { before, after }: { before: Metadata; after: Metadata }): JsonObject {
  if (!keys.includes("hold")) return { keys };
  return { keys, hold_before: before.hold ?? null, hold: after.hold ?? null };
}
