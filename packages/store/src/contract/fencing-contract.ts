import { AppError } from "@pharmadb/contracts";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Database } from "../database.ts";
import { appendEvents } from "../events/append-event.ts";
import { listEvents } from "../events/list-events.ts";
import { listEvidence } from "../evidence/list-evidence.ts";
import { loadJournal } from "../journal/load-journal.ts";
import { saveStep } from "../journal/save-step.ts";
import { finishResearch } from "../research/finish-research.ts";
import { getResearch } from "../research/get-research.ts";
import { requeueResearch } from "../research/requeue-research.ts";
import type { Sql } from "../sql.ts";
import { claimAnew, newTenant, passage, report, runningResearch } from "./given.ts";

const WRITES = ["save", "save with evidence", "append", "finish", "requeue"] as const;
type Write = (typeof WRITES)[number];

/** A write by an attempt; `turn` makes its keys new. */
async function write(sql: Sql, id: string, attempt: number, kind: Write, turn: number): Promise<unknown> {
  const event = { key: `event.${turn}`, type: "tool.called", data: { attempt } } as const;
  const step = { researchId: id, attempt, key: `step.${turn}`, output: turn, usage: { tool_calls: 1 } };
  if (kind === "save") return saveStep(sql, { ...step, evidence: [], events: () => [event] });
  if (kind === "save with evidence") return saveStep(sql, { ...step, evidence: [passage("x")], events: () => [event] });
  if (kind === "append") return appendEvents(sql, { researchId: id, attempt, events: [event] });
  if (kind === "finish") return finishResearch(sql, { id, attempt, outcome: { status: "completed", report } });
  const note = { key: `attempt.${attempt}.end`, output: "retried" };
  return requeueResearch(sql, { id, attempt, error: null, afterMs: 0, note });
}

/** That an attempt never changes a job after a newer one has claimed it. */
export function fencingContract(database: () => Database): void {
  const everythingOf = async (tenant: string, id: string) => {
    const { sql } = database();
    return {
      research: await getResearch(sql, tenant, id),
      events: await listEvents(sql, tenant, id, { after: 0, limit: 1000 }),
      evidence: await listEvidence(sql, tenant, id),
      journal: await loadJournal(sql, id),
    };
  };
  // A turn is a claim, or a write by the newest attempt (0) or by one that is older by so much.
  const turns = fc.array(
    fc.oneof(
      fc.constant("claim" as const),
      fc.record({ kind: fc.constantFrom(...WRITES), older: fc.integer({ min: 0, max: 2 }) }),
    ),
    { minLength: 3, maxLength: 10 },
  );

  test("an older attempt changes nothing and is told so, in whatever order things happen", async () => {
    const { sql } = database();
    await fc.assert(
      fc.asyncProperty(turns, async (sequence) => {
        const tenant = newTenant();
        const { id } = await runningResearch(sql, tenant);
        let newest = 1;
        for (const [turn, step] of sequence.entries()) {
          if (step === "claim") {
            const claim = await claimAnew(sql, id);
            if (claim.outcome === "claimed") newest = claim.research.attempt;
          } else if (step.older === 0) {
            await write(sql, id, newest, step.kind, turn).catch(expectSuperseded);
          } else if (newest - step.older >= 1) {
            const before = await everythingOf(tenant, id);
            const stale = write(sql, id, newest - step.older, step.kind, turn);
            await expect(stale).rejects.toMatchObject({ code: "superseded" });
            expect(await everythingOf(tenant, id)).toEqual(before);
          }
        }
      }),
      { numRuns: 25 },
    );
  });

  test("an attempt that hands its job back twice, for it has not heard of the first time, has done so once", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const { id } = await runningResearch(sql, tenant);
    await write(sql, id, 1, "requeue", 0);
    const before = await everythingOf(tenant, id);
    await write(sql, id, 1, "requeue", 0);
    expect(await everythingOf(tenant, id)).toEqual(before);
    expect(before.research).toMatchObject({ status: "queued", attempt: 1 });
    await claimAnew(sql, id);
    await expect(write(sql, id, 1, "requeue", 0)).rejects.toMatchObject({ code: "superseded" });
  });

  test("when attempts write and claim at once, nothing of an older one comes after the newer one's claim", async () => {
    const { sql } = database();
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom("claim", ...WRITES.slice(0, 3)), { maxLength: 14 }), async (kinds) => {
        const tenant = newTenant();
        const { id } = await runningResearch(sql, tenant);
        await Promise.all(
          kinds.map(async (kind, turn) => {
            if (kind === "claim") return claimAnew(sql, id);
            return write(sql, id, 1 + (turn % 3), kind as Write, turn).catch(expectSuperseded);
          }),
        );
        const { events, evidence, research } = await everythingOf(tenant, id);
        const attempts = events.slice(1).map(({ data }) => Number(data.attempt));
        expect(attempts).toEqual([...attempts].sort((a, b) => a - b));
        expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
        expect(evidence.map(({ n }) => n)).toEqual(evidence.map((_, index) => index + 1));
        expect(research?.event_seq).toBe(events.length);
      }),
      { numRuns: 15 },
    );
  });
}

function expectSuperseded(error: unknown): void {
  if (!(error instanceof AppError && error.code === "superseded")) throw error;
}
