import { expect, test } from "vitest";
import type { Database } from "../database.ts";
import { releaseQueued } from "../dispatch/release-jobs.ts";
import { createResearchMany } from "../research/create-research.ts";
import { newResearch, newTenant } from "./given.ts";

/** How dispatching goes where several processes are at it. */
export function dispatchServerContract(database: () => Database): void {
  test("jobs are released in the order of their ids, in whatever order they are given", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const given = Array.from({ length: 2 }, () => newResearch(tenant));
    await createResearchMany(sql, given);
    await sql.query("update research set dispatch = 1, dispatched_at = clock_timestamp() where tenant_id = $1", [
      tenant,
    ]);
    const [first = "", second = ""] = given.map(({ id }) => id).sort();
    const backwards = [second, first].map((id) => ({ id, dispatch: 1 }));
    const released = await sql.transaction(async (holder) => {
      await holder.query("select from research where id = $1 for update", [first]);
      const releasing = releaseQueued(sql, backwards);
      const waiting = () => sql.query("select from pg_locks where not granted and pg_blocking_pids(pid) <> '{}'");
      await expect.poll(async () => (await waiting()).length).toBeGreaterThan(0);
      // Who waits for the first has not locked the second yet.
      await holder.query("select from research where id = $1 for update nowait", [second]);
      return { releasing };
    });
    expect(await released.releasing).toBe(2);
  });
}
