import { fileURLToPath } from "node:url";
import { nextTick, Schedule, ScheduleRun } from "@pharmadb/contracts";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { SITES } from "./start-site.ts";

const AE = fileURLToPath(new URL("../../samples/trial/ae.csv", import.meta.url));
const SCHEDULES = "/api/v1/schedules";
const UNTIL = { timeout: 90_000, interval: 200 };
/** So rarely that it comes when the test says so and at no other time. */
const YEARLY = { cron: "0 0 1 1 *", timezone: "Asia/Kolkata" };

const Runs = z.object({ data: z.array(ScheduleRun) });
const Jobs = z.object({ data: z.array(z.object({ id: z.string(), status: z.string() })) });

async function answerOf<T>(url: string, answer: z.ZodType<T>, init?: RequestInit): Promise<T> {
  const response = await fetch(url, init);
  expect(response.ok, `${url}: ${response.status}`).toBe(true);
  return answer.parse(await response.json());
}

/** The times of the last three years, the oldest first. */
function lastThree(): Date[] {
  const [year, now] = [new Date().getUTCFullYear(), new Date()];
  const times = [year - 3, year - 2, year - 1, year].map((each) =>
    nextTick(YEARLY, new Date(Date.UTC(each - 1, 6, 1))),
  );
  return times.filter((time) => time <= now).slice(-3);
}

describe.for(SITES)("$size", ({ skipped, open }) => {
  test.skipIf(skipped)(
    "times that pass while the service is down make one job, and one that is killed makes no second",
    { timeout: 300_000 },
    async () => {
      await using site = await open();
      const { api: first } = await site.start();
      const { id: fileId } = await first.client.uploadFile(AE);
      const { id } = await answerOf(first.url + SCHEDULES, Schedule, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          ...YEARLY,
          research: { question: "How many events were serious?", file_ids: [fileId], depth: "quick" },
          notify: "on_change",
        }),
      });
      const [missed, , last] = lastThree();

      async function kill(): Promise<void> {
        const { api, worker } = await site.start();
        for (const each of new Set([api, worker])) {
          each.signal("SIGKILL");
          expect(await each.ended).toBe("SIGKILL");
        }
      }

      for (let round = 1; round <= 2; round++) {
        await kill();
        {
          // As if it had been down for three years.
          await using stack = new AsyncDisposableStack();
          const { sql } = stack.adopt(await site.openRecord(), (opened) => opened.close());
          await sql.query("update schedules set next_run_at = $2 where id = $1", [id, missed]);
        }
        const { worker } = await site.start();
        await worker.logged(/schedule runs/);
        await kill();
        const { api } = await site.start();
        const runs = async () => (await answerOf(`${api.url}${SCHEDULES}/${id}/runs`, Runs)).data;
        await expect
          .poll(async () => (await runs()).map(({ outcome }) => outcome), UNTIL)
          .toEqual(Array.from({ length: round }, () => "completed"));
        const jobs = (await answerOf(`${api.url}/api/v1/research`, Jobs)).data;
        expect(jobs.map((job) => job.id)).toEqual((await runs()).map(({ research_id }) => research_id));
        const schedule = await answerOf(`${api.url}${SCHEDULES}/${id}`, Schedule);
        expect(schedule.next_run_at).toBe(nextTick(YEARLY, new Date()).toISOString());
        expect(schedule.last_run?.due_at).toBe(last?.toISOString());
        const [latest, before] = await runs();
        expect(latest?.changes).toEqual(
          before ? { compared_with: before.research_id, changed: false, added: [], removed: [], numbers: [] } : null,
        );
      }
    },
  );
});
