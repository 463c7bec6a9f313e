import { newId } from "@pharmadb/contracts";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Database } from "../database.ts";
import { listFiles } from "../files/list-files.ts";
import type { Page } from "../page.ts";
import { createResearch } from "../research/create-research.ts";
import { listResearch } from "../research/list-research.ts";
import { requestCancel } from "../research/request-cancel.ts";
import { newResearch, newTenant, storedFile } from "./given.ts";

const NOW = Date.UTC(2026, 0, 1);

async function idsOfPages(readPage: (after: string | undefined) => Promise<Page<{ id: string }>>, limit: number) {
  const ids: string[] = [];
  let after: string | undefined;
  do {
    const { data, nextCursor } = await readPage(after);
    expect(data.length).toBeLessThanOrEqual(limit);
    if (nextCursor !== null) expect(data).toHaveLength(limit);
    ids.push(...data.map(({ id }) => id));
    after = nextCursor ?? undefined;
  } while (after !== undefined);
  return ids;
}

/** That a list read page by page is the list. */
export function listContract(database: () => Database): void {
  // Milliseconds after each other, most of them the same.
  const times = fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 9 });
  const limits = fc.integer({ min: 1, max: 4 });

  test("the pages of a research list joined are the whole list, newest first, under equal times too", async () => {
    const { sql } = database();
    await fc.assert(
      fc.asyncProperty(times, limits, async (offsets, limit) => {
        const tenant = newTenant();
        const ids = offsets.map((offset) => newId("res", NOW + offset));
        for (const id of ids) await createResearch(sql, newResearch(tenant, { id }));
        const paged = await idsOfPages((after) => listResearch(sql, tenant, { limit, after }), limit);
        expect(paged).toEqual(ids.sort().reverse());
      }),
      { numRuns: 15 },
    );
  });

  test("the pages of a file list joined are the whole list, newest first, under equal times too", async () => {
    const { sql } = database();
    await fc.assert(
      fc.asyncProperty(times, limits, async (offsets, limit) => {
        const tenant = newTenant();
        const ids = offsets.map((offset) => newId("file", NOW + offset));
        for (const id of ids) await storedFile(sql, tenant, { id });
        const paged = await idsOfPages((after) => listFiles(sql, tenant, { limit, after }), limit);
        expect(paged).toEqual(ids.sort().reverse());
      }),
      { numRuns: 15 },
    );
  });

  test("a page stays in its place while jobs come and the one at the cursor goes", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const [oldest = "", middle = "", newest = ""] = [0, 1, 2].map((offset) => newId("res", NOW + offset));
    for (const id of [newest, oldest, middle]) await createResearch(sql, newResearch(tenant, { id }));
    const first = await listResearch(sql, tenant, { limit: 2 });
    await createResearch(sql, newResearch(tenant, { id: newId("res", NOW + 3) }));
    await sql.query("delete from research where id = $1", [middle]);
    const second = await listResearch(sql, tenant, { limit: 2, after: first.nextCursor ?? "" });
    expect(second).toMatchObject({ data: [{ id: oldest }], nextCursor: null });
  });

  test("a list holds what its filters ask for, of its own tenant", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const submit = async (of: string, metadata: Record<string, string>) =>
      (await createResearch(sql, newResearch(of, { request: { metadata } }))).research.id;
    const both = await submit(tenant, { study: "A", site: "1\u0000" });
    const one = await submit(tenant, { study: "A" });
    const none = await submit(tenant, {});
    await submit(newTenant(), { study: "A" });
    await requestCancel(sql, tenant, one);
    const ids = async (filter: object) =>
      (await listResearch(sql, tenant, { limit: 9, ...filter })).data.map(({ id }) => id).sort();
    expect(await ids({})).toEqual([both, one, none].sort());
    expect(await ids({ metadata: { study: "A" } })).toEqual([both, one].sort());
    expect(await ids({ metadata: { study: "A", site: "1\u0000" } })).toEqual([both]);
    expect(await ids({ status: "cancelled", metadata: { study: "A" } })).toEqual([one]);
    expect(await ids({ status: "queued" })).toEqual([both, none].sort());
    expect(await ids({ batchId: "bat_none" })).toEqual([]);
  });
}
