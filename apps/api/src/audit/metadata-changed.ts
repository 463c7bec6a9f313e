import { AppError } from "@pharmadb/contracts";
import type { MetadataChange, NewAuditEntry } from "@pharmadb/store";

const TARGETS = { "research.metadata_changed": "job", "batch.metadata_changed": "batch" } as const;

type About = Pick<NewAuditEntry, "actor" | "target"> & { action: keyof typeof TARGETS };

/** Tells which pairs have changed and, of what they say, the hold alone, for the trail holds no content. */
export function metadataChanged(change: MetadataChange | { outcome: "missing" }, about: About): NewAuditEntry | null {
  if (change.outcome !== "changed") return null;
  const { keys, before, after } = change;
  const hold = { hold_before: before.hold ?? null, hold: after.hold ?? null };
  return { ...about, details: keys.includes("hold") ? { keys, ...hold } : { keys } };
}

/** @throws AppError `forbidden` where the change would lift a hold, which its sender may not. */
export function refuseLifting({ outcome }: { outcome: string }, action: About["action"]): void {
  if (outcome !== "held") return;
  throw new AppError("forbidden", `The ${TARGETS[action]} is held. Lifting a hold takes the scope admin.`);
}
