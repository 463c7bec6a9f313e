import { expect, test } from "vitest";
import type { Database } from "../database.ts";
import { appendEvents } from "../events/append-event.ts";
import { listEvents } from "../events/list-events.ts";
import { listEvidence } from "../evidence/list-evidence.ts";
import { loadJournal } from "../journal/load-journal.ts";
import { openJournalWriter } from "../journal/open-journal-writer.ts";
import { type NewStep, saveStep } from "../journal/save-step.ts";
import type { Sql } from "../sql.ts";
import { claimAnew, newTenant, passage, runningResearch } from "./given.ts";

/** That steps of many jobs, written together, are as if each had been written alone. */
export function journalWriterContract(database: () => Database): void {
  const newStep = (researchId: string, key: string, fields: Partial<NewStep> = {}): NewStep => ({
    researchId,
    attempt: 1,
    key,
    output: key,
    evidence: [],
    usage: { tool_calls: 1 },
    events: () => [{ key: `${key}.returned`, type: "tool.returned", data: { key } }],
    ...fields,
  });

  /** The database, with the statements that write steps counted. */
  function counting(sql: Sql) {
    let writes = 0;
    const counted: Sql = {
      ...sql,
      query(text, parameters) {
        if (text.includes("insert into journal_steps")) writes++;
        return sql.query(text, parameters);
      },
    };
    return { sql: counted, writes: () => writes };
  }

  const jobs = (sql: Sql, tenant: string, count: number) =>
    Promise.all(Array.from({ length: count }, async () => (await runningResearch(sql, tenant)).id));

  test("steps of many jobs that end at once take few statements, and each job gets its own", async () => {
    const tenant = newTenant();
    const { sql, writes } = counting(database().sql);
    const write = openJournalWriter(sql);
    const ids = await jobs(sql, tenant, 40);
    await Promise.all(
      ids.map((id, turn) => {
        const evidence = Array.from({ length: turn % 3 }, (_, n) => passage(`${id}.${n}`));
        return saveStep(sql, newStep(id, "step", { output: (n) => n, evidence, evidenceCount: 0 }), write);
      }),
    );
    expect(writes()).toBeLessThan(5);
    for (const [turn, id] of ids.entries()) {
      const evidence = await listEvidence(sql, tenant, id);
      expect(evidence.map(({ query }) => query)).toEqual(Array.from({ length: turn % 3 }, (_, n) => `${id}.${n}`));
      expect(await loadJournal(sql, id)).toEqual(new Map([["step", evidence.map(({ n }) => n)]]));
      const events = await listEvents(sql, tenant, id, { after: 2, limit: 9 });
      expect(events).toMatchObject([{ seq: 3, data: { key: "step" } }]);
    }
  });

  test("steps and events of one job that come at once are all written, in the order in which they came", async () => {
    const tenant = newTenant();
    const { sql } = database();
    const write = openJournalWriter(sql);
    const [id = "", other = ""] = await jobs(sql, tenant, 2);
    const event = { key: "called", type: "tool.called", data: { key: "called" } } as const;
    await Promise.all([
      saveStep(sql, newStep(id, "a"), write),
      saveStep(sql, newStep(other, "a"), write),
      appendEvents(sql, { researchId: id, attempt: 1, events: [event] }, write),
      saveStep(sql, newStep(id, "b"), write),
      saveStep(sql, newStep(id, "a"), write),
    ]);
    const events = await listEvents(sql, tenant, id, { after: 2, limit: 9 });
    expect(events.map(({ data }) => data.key)).toEqual(["a", "called", "b"]);
    expect([...(await loadJournal(sql, id)).keys()].sort()).toEqual(["a", "b"]);
    expect(await loadJournal(sql, other)).toEqual(new Map([["a", "a"]]));
  });

  test("a write that is refused, and one of an attempt that is over, leave the others unharmed", async () => {
    const { sql } = database();
    const write = openJournalWriter(sql);
    const ids = await jobs(sql, newTenant(), 5);
    const [, tooMuch, old = "", tooDeep] = ids;
    await claimAnew(sql, old);
    const nested = JSON.parse(`${"[".repeat(50_000)}${"]".repeat(50_000)}`);
    const outcomes = await Promise.allSettled(
      ids.map((id) => {
        const usage = id === tooMuch ? { tool_calls: 2 ** 31 } : {};
        const data = id === tooDeep ? { nested } : {};
        const events = () => [{ key: "event", type: "tool.called", data } as const];
        return saveStep(sql, newStep(id, "step", { usage, events }), write);
      }),
    );
    const refused = "rejected";
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", refused, refused, refused, "fulfilled"]);
    expect(outcomes[1]).toMatchObject({ reason: { code: "22003" } });
    expect(outcomes[2]).toMatchObject({ reason: { code: "superseded" } });
    expect(outcomes[3]).toMatchObject({ reason: expect.any(RangeError) });
    const stored = await Promise.all(ids.map((id) => loadJournal(sql, id)));
    expect(stored.map(({ size }) => size)).toEqual([1, 0, 0, 0, 1]);
  });

  test("events that the record cannot take, their numbers being there already, are not tried for ever", async () => {
    const tenant = newTenant();
    const { sql, writes } = counting(database().sql);
    const [id = ""] = await jobs(sql, tenant, 1);
    // As in a record that somebody has mended by hand.
    await sql.query("update research set event_seq = 0 where id = $1", [id]);
    await expect(saveStep(sql, newStep(id, "step"))).rejects.toMatchObject({ code: "23505" });
    const event = { key: "called", type: "tool.called", data: {} } as const;
    const appended = appendEvents(sql, { researchId: id, attempt: 1, events: [event] });
    await expect(appended).rejects.toMatchObject({ code: "23505" });
    expect(writes()).toBeLessThan(100);
  });

  test("a wrong idea of how much evidence there is costs a look, and numbers stay right", async () => {
    const tenant = newTenant();
    const { sql } = database();
    const write = openJournalWriter(sql);
    const [id = ""] = await jobs(sql, tenant, 1);
    const save = (key: string) =>
      saveStep(sql, newStep(id, key, { output: (n) => n, evidence: [passage(key)], evidenceCount: 0 }), write);
    const saved = await Promise.all(["a", "b", "c"].map(save));
    const evidence = await listEvidence(sql, tenant, id);
    expect(evidence.map(({ n }) => n)).toEqual([1, 2, 3]);
    expect(saved.map(({ output }) => output)).toEqual(
      ["a", "b", "c"].map((key) => evidence.filter(({ query }) => query === key).map(({ n }) => n)),
    );
  });
}
