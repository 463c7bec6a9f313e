import { expect, test } from "vitest";
import type { Database } from "../database.ts";
import { listEvents } from "../events/list-events.ts";
import { listEvidence } from "../evidence/list-evidence.ts";
import { loadJournal } from "../journal/load-journal.ts";
import { saveStep } from "../journal/save-step.ts";
import { cancelRequested } from "../research/cancel-requested.ts";
import { changeMetadata } from "../research/change-metadata.ts";
import { createResearch } from "../research/create-research.ts";
import { deleteResearch } from "../research/delete-research.ts";
import { finishResearch } from "../research/finish-research.ts";
import { getResearch } from "../research/get-research.ts";
import { listResearch } from "../research/list-research.ts";
import { requestCancel } from "../research/request-cancel.ts";
import { requeueResearch } from "../research/requeue-research.ts";
import { retryResearch } from "../research/retry-research.ts";
import { claimAnew, newResearch, newTenant, passage, report, runningResearch } from "./given.ts";

const error = { code: "timeout", message: "Too slow.", retryable: true };
const note = { key: "attempt.1.end", output: "retried" };

/** How a job moves through its states. */
export function lifeContract(database: () => Database): void {
  const typesOf = async (tenant: string, id: string) =>
    (await listEvents(database().sql, tenant, id, { after: 0, limit: 99 })).map(({ seq, type }) => `${seq} ${type}`);

  test("a job that is claimed and completed has its report, its times and its events", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const { id } = await runningResearch(sql, tenant);
    const done = await finishResearch(sql, { id, attempt: 1, outcome: { status: "completed", report } });
    expect(done).toMatchObject({ status: "completed", report, attempt: 1, error: null, version: 3, event_seq: 3 });
    expect(Date.parse(done.finished_at ?? "")).toBeGreaterThanOrEqual(Date.parse(done.started_at ?? ""));
    expect(await getResearch(sql, tenant, id)).toEqual(done);
    expect(await typesOf(tenant, id)).toEqual(["1 research.queued", "2 research.started", "3 research.completed"]);
    expect(await claimAnew(sql, id)).toEqual({ outcome: "stale" });
  });

  test("finishing twice alike answers the same, finishing otherwise is refused", async () => {
    const { sql } = database();
    const { id } = await runningResearch(sql, newTenant());
    const finish = { id, attempt: 1, outcome: { status: "completed", report } } as const;
    const done = await finishResearch(sql, finish);
    expect(await finishResearch(sql, finish)).toEqual(done);
    const otherwise = finishResearch(sql, { id, attempt: 1, outcome: { status: "cancelled" } });
    await expect(otherwise).rejects.toMatchObject({ code: "superseded" });
  });

  test("a job that is claimed again, requeued or not, is resumed under a new attempt", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const { id, started_at } = await runningResearch(sql, tenant);
    await requeueResearch(sql, { id, attempt: 1, error, afterMs: 0, note });
    expect(await getResearch(sql, tenant, id)).toMatchObject({ status: "queued", error: null });
    expect(await claimAnew(sql, id)).toMatchObject({ outcome: "claimed", resumed: true, research: { started_at } });
    expect(await claimAnew(sql, id)).toMatchObject({ outcome: "claimed", research: { attempt: 3 } });
    const events = await listEvents(sql, tenant, id, { after: 2, limit: 1 });
    expect(events).toMatchObject([{ seq: 3, type: "research.resumed", data: { attempt: 2, error } }]);
    await expect(requeueResearch(sql, { id, attempt: 2, error, afterMs: 0, note })).rejects.toMatchObject({
      code: "superseded",
    });
  });

  test("a queued job is cancelled at once", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const { research } = await createResearch(sql, newResearch(tenant));
    expect(await requestCancel(sql, tenant, research.id)).toBe("cancelled");
    expect(await requestCancel(sql, tenant, research.id)).toBe("terminal");
    expect(await claimAnew(sql, research.id)).toEqual({ outcome: "stale" });
    expect(await typesOf(tenant, research.id)).toEqual(["1 research.queued", "2 research.cancelled"]);
  });

  test("a running job that is to be cancelled is known to its worker, and ends at the next claim at the latest", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const { id } = await runningResearch(sql, tenant);
    const other = await runningResearch(sql, tenant);
    expect(await requestCancel(sql, tenant, id)).toBe("requested");
    const asked = await getResearch(sql, tenant, id);
    expect(await requestCancel(sql, tenant, id)).toBe("requested");
    expect(await getResearch(sql, tenant, id)).toEqual(asked);
    expect(await cancelRequested(sql, [other.id, id])).toEqual([id]);
    expect(await claimAnew(sql, id)).toMatchObject({ outcome: "cancelled" });
    expect(await getResearch(sql, tenant, id)).toMatchObject({ status: "cancelled" });
    expect(await typesOf(tenant, id)).toContain("3 research.cancelled");
  });

  test("a failed job can be retried with its journal, others cannot", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const { id } = await runningResearch(sql, tenant);
    const step = { researchId: id, attempt: 1, key: "plan", output: [1], evidence: [], usage: {}, events: () => [] };
    await saveStep(sql, step);
    expect(await retryResearch(sql, tenant, id)).toBe("not_failed");
    const failed = await finishResearch(sql, { id, attempt: 1, outcome: { status: "failed", error } });
    expect(failed).toMatchObject({ status: "failed", error });
    expect(await retryResearch(sql, tenant, id)).toBe("queued");
    expect(await getResearch(sql, tenant, id)).toMatchObject({ status: "queued", error: null, finished_at: null });
    expect(await claimAnew(sql, id)).toMatchObject({ outcome: "claimed", research: { attempt: 2 } });
    expect(await loadJournal(sql, id)).toEqual(new Map([["plan", [1]]]));
    await finishResearch(sql, { id, attempt: 2, outcome: { status: "failed", error } });
    expect(await retryResearch(sql, tenant, id)).toBe("queued");
  });

  test("deleting erases everything of a job, but not while it runs", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const { id } = await runningResearch(sql, tenant);
    const step = {
      researchId: id,
      attempt: 1,
      key: "s",
      output: 1,
      evidence: [passage("x")],
      usage: {},
      events: () => [],
    };
    await saveStep(sql, step);
    expect(await deleteResearch(sql, tenant, id)).toBe("running");
    await finishResearch(sql, { id, attempt: 1, outcome: { status: "cancelled" } });
    expect(await deleteResearch(sql, tenant, id)).toBe("deleted");
    expect(await deleteResearch(sql, tenant, id)).toBe("missing");
    expect(await claimAnew(sql, id)).toEqual({ outcome: "stale" });
    expect(await listEvidence(sql, tenant, id)).toEqual([]);
    expect(await typesOf(tenant, id)).toEqual([]);
    expect(await loadJournal(sql, id)).toEqual(new Map());
  });

  test("metadata are replaced at any state, and what else the request says stays as it was", async () => {
    const { sql } = database();
    const tenantId = newTenant();
    const before = { study: "A", site: "7", odd: "null \u0000 and \ud800" };
    const given = newResearch(tenantId, { request: { question: "What of \u0000?", metadata: before } });
    const { research } = await createResearch(sql, given);
    const change = (metadata: Record<string, string>) =>
      changeMetadata(sql, { tenantId, id: given.id, metadata, mayLiftHold: false });
    // What was sent, though it is kept otherwise, is no change.
    expect(await change({ ...before })).toMatchObject({ outcome: "unchanged", research: { version: 1 } });
    const odd = "null \ufffd and \ufffd";
    expect(research.metadata).toEqual({ ...before, odd });
    const after = { study: "B", odd, new: "x \ufffd" };
    const changed = await change({ study: "B", odd: before.odd, new: "x \u0000" });
    expect(changed).toMatchObject({ outcome: "changed", keys: ["new", "site", "study"], before: { ...before, odd } });
    const expected = { metadata: after, version: 2, request: { ...research.request, metadata: after } };
    expect(await getResearch(sql, tenantId, given.id)).toEqual({ ...research, ...expected });
    const { data } = await listResearch(sql, tenantId, { metadata: { study: "B" }, limit: 9 });
    expect(data.map(({ id }) => id)).toEqual([given.id]);

    await claimAnew(sql, given.id);
    expect(await change({ running: "1" })).toMatchObject({ outcome: "changed", research: { status: "running" } });
    await finishResearch(sql, { id: given.id, attempt: 1, outcome: { status: "completed", report } });
    expect(await change({})).toMatchObject({ outcome: "changed", research: { metadata: {}, report } });
  });

  test("a hold is set by anyone and lifted by who may", async () => {
    const { sql } = database();
    const tenantId = newTenant();
    const { id } = await runningResearch(sql, tenantId);
    const change = (metadata: Record<string, string>, mayLiftHold = false) =>
      changeMetadata(sql, { tenantId, id, metadata, mayLiftHold });
    expect(await change({ hold: "true" })).toMatchObject({ outcome: "changed", keys: ["hold"] });
    expect(await change({ hold: "true", note: "x" })).toMatchObject({ outcome: "changed", keys: ["note"] });
    expect(await change({ hold: "false" })).toMatchObject({ outcome: "held" });
    expect(await change({})).toMatchObject({ outcome: "held" });
    expect(await getResearch(sql, tenantId, id)).toMatchObject({ metadata: { hold: "true", note: "x" } });
    expect(await change({}, true)).toMatchObject({ outcome: "changed", before: { hold: "true" } });
  });

  test("another tenant sees and changes nothing", async () => {
    const { sql } = database();
    const [tenant, other] = [newTenant(), newTenant()];
    const { id } = await runningResearch(sql, tenant);
    expect(await getResearch(sql, other, id)).toBeNull();
    expect(await listEvents(sql, other, id, { after: 0, limit: 9 })).toEqual([]);
    expect(await requestCancel(sql, other, id)).toBe("missing");
    expect(await retryResearch(sql, other, id)).toBe("missing");
    expect(await deleteResearch(sql, other, id)).toBe("missing");
    const change = { tenantId: other, id, metadata: { hold: "true" }, mayLiftHold: true };
    expect(await changeMetadata(sql, change)).toEqual({ outcome: "missing" });
  });
}
