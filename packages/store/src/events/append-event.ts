import type { EventType, JsonObject, Progress } from "@pharmadb/contracts";
import type { JournalWriter } from "../journal/open-journal-writer.ts";
import { wasTaken } from "../journal/was-taken.ts";
import { writeSteps } from "../journal/write-steps.ts";
import { superseded } from "../research/superseded.ts";
import type { Sql } from "../sql.ts";

/** An event that a worker writes. Its key makes it unique in the job: a replay that writes it again changes nothing. */
export type StepEvent = { key: string; type: EventType; data: JsonObject; progress?: Progress | undefined };

export type AppendedEvents = {
  /** The job's last sequence number, or that of the last event where all had been written before. */
  eventSeq: number;
  fresh: boolean;
};

/**
 * Adds events, at least one, to a running job's log; those that are in it already change nothing.
 *
 * @throws AppError `superseded` where this attempt no longer owns the job.
 */
export async function appendEvents(
  sql: Sql,
  { researchId, attempt, events }: { researchId: string; attempt: number; events: readonly StepEvent[] },
  write: JournalWriter = async (one) => (await writeSteps(sql, [one]))[0] ?? null,
): Promise<AppendedEvents> {
  const addition = { researchId, attempt, step: null, evidenceCount: null, evidence: [], usage: {}, events };
  for (let tries = 1; ; tries++) {
    const written = await write(addition).catch((error) => {
      if (wasTaken(error, tries)) return "taken" as const;
      throw error;
    });
    // The next try leaves the event out that another one has written.
    if (written === "taken") continue;
    if (written) return { eventSeq: written.eventSeq, fresh: true };
    const [known] = await sql.query<{ seq: number | null }>(
      `select (select seq from research_events where research_id = research.id and key = $3) as seq
       from research where id = $1 and attempt = $2 and status = 'running'`,
      [researchId, attempt, events.at(-1)?.key],
    );
    if (known?.seq == null) throw superseded(researchId, attempt);
    return { eventSeq: known.seq, fresh: false };
  }
}
