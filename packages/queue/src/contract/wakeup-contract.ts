import { expect, test } from "vitest";
import { openQueues } from "../open-queues.ts";
import type { OpenDatabase } from "./open-databases.ts";

async function openSide(database: OpenDatabase, onError?: (error: Error) => void) {
  const queues = await openQueues({ ...database.queues, ...(onError && { onError }) });
  return { ...queues, [Symbol.asyncDispose]: () => queues.close() };
}

/** What wake-ups do on every database. Two openings stand for two processes. */
export function wakeupContract(database: () => OpenDatabase): void {
  test("a hint reaches the subscribers of its id on both sides, and no others", async () => {
    await using here = await openSide(database());
    await using there = await openSide(database());
    const heard: string[] = [];
    const both = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
    using _here = here.wakeups.subscribe("res_a", both[0].resolve);
    using _there = there.wakeups.subscribe("res_a", both[1].resolve);
    using _other = there.wakeups.subscribe("res_b", () => heard.push("res_b"));
    await here.wakeups.notify("res_a");
    await Promise.all(both.map(({ promise }) => promise));
    expect(heard).toEqual([]);
  });

  test("a subscription that was disposed hears nothing more", async () => {
    await using side = await openSide(database());
    let count = 0;
    const counted = side.wakeups.subscribe("res_a", () => count++);
    counted[Symbol.dispose]();
    const heard = Promise.withResolvers<void>();
    using _heard = side.wakeups.subscribe("res_a", heard.resolve);
    await side.wakeups.notify("res_a");
    await heard.promise;
    expect(count).toBe(0);
  });

  test("of many hints in a row nine of ten arrive within a tenth of a second, and hardly one waits to be looked for", async () => {
    const errors: string[] = [];
    const note = (error: Error) => void errors.push(error.message);
    await using api = await openSide(database(), note);
    await using worker = await openSide(database(), note);
    const tookMs: number[] = [];
    for (let turn = 0; turn < 100; turn++) {
      const id = `res_${turn}`;
      const heard = Promise.withResolvers<void>();
      using _heard = api.wakeups.subscribe(id, heard.resolve);
      const startMs = performance.now();
      void worker.wakeups.notify(id);
      // A change beside it, so that the event of one is read while the other's comes.
      if (turn % 3 === 0) void worker.wakeups.notify("res_beside");
      await heard.promise;
      tookMs.push(performance.now() - startMs);
    }
    tookMs.sort((a, b) => a - b);
    // A busy machine may hold one up for a moment. One of which nobody was told takes until BullMQ looks again; whoever
    // waits for a hint looks by itself before long.
    expect(tookMs[89], errors.join()).toBeLessThan(100);
    expect(tookMs[98], errors.join()).toBeLessThan(400);
  });
}
