import { newId } from "@pharmadb/contracts";
import type { Sql } from "@pharmadb/store";
import { expect, test } from "vitest";
import { openWorld, TENANT } from "../testing/open-world.ts";
import { tendBatches } from "./tend-batches.ts";

test("a batch in which nothing moves is not looked after at each look around", async () => {
  await using world = await openWorld();
  const { queues } = world;
  const { sql } = world.database;
  await sql.query(
    `insert into batches (id, tenant_id, status, total, running, fed, fed_line) values ($1, $2, 'running', 1, 1, 1, 1)`,
    [newId("bat"), TENANT],
  );
  let looks = 0;
  let tended = 0;
  const counting: Sql = {
    ...sql,
    query(text, parameters) {
      if (text.includes("batch_moves")) looks++;
      return sql.query(text, parameters);
    },
    transaction(work) {
      tended++;
      return sql.transaction(work);
    },
  };
  const timing = { batchSweepMs: 5, batchAllMs: 600_000, batchRestMs: 5 };
  const dispatcher = { poke: () => undefined };
  await using _tending = tendBatches({ sql: counting, queues, dispatcher, logger: world.logger, timing });
  await expect.poll(() => looks).toBeGreaterThan(10);
  expect(tended).toBe(1);
});
