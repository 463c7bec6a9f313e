import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startServe } from "@pharmadb/cli/testing";
import { WEBHOOK_EVENTS } from "@pharmadb/contracts";
import { expect, test, vi } from "vitest";
import { startReceiver } from "../doubles/receiver/start-receiver.ts";
import { temporaryFolder } from "./temporary-folder.ts";

vi.setConfig({ testTimeout: 120_000 });

async function startService() {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const env = { PHARMADB_DATA_DIR: join(folder.path, "data"), WEBHOOK_ALLOW_PRIVATE: "true", SANDBOX_PROCESSES: "1" };
  const { client } = stack.use(await startServe(env));
  const path = join(folder.path, "ae.csv");
  await writeFile(path, "USUBJID,AETERM,AESER\n01,NAUSEA,N\n02,RASH,Y\n");
  const file_ids = [(await client.uploadFile(path)).id];
  const owned = stack.move();
  const research = { question: "How many subjects had a serious adverse event?", file_ids, depth: "quick" as const };
  return { client, research, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

test("the client makes, changes and tries endpoints, reads what was sent to them and has it sent again", async () => {
  await using service = await startService();
  await using receiver = await startReceiver();
  const { webhooks, submit, waitForEnd } = service.client;
  const { secret, ...made } = await webhooks.create({ url: receiver.url, events: ["research.failed"] });
  receiver.trust(secret, (await webhooks.getSecret()).secret);
  expect(await webhooks.get(made.id)).toEqual({ ...made, log: [] });
  expect(await Array.fromAsync(webhooks.list())).toEqual([made]);
  const all = { events: [...WEBHOOK_EVENTS], description: "All of it" };
  expect(await webhooks.update(made.id, all)).toMatchObject({ id: made.id, ...all });

  const tried = await webhooks.test(made.id);
  await receiver.until((received) => received.some(({ id }) => id === tried.id));
  await expect.poll(() => webhooks.getDelivery(tried.id)).toMatchObject({ status: "delivered", type: "webhook.test" });

  const { id } = await submit({ ...service.research, webhook: { url: receiver.url } });
  expect((await waitForEnd(id)).status).toBe("completed");
  await receiver.until((received) => received.filter(({ data }) => data.id === id).length === 2);
  const about = await Array.fromAsync(webhooks.deliveries({ researchId: id }));
  expect(about.map(({ endpoint_id }) => endpoint_id).toSorted()).toEqual([null, made.id].toSorted());
  const delivered = () => Array.fromAsync(webhooks.deliveries({ endpointId: made.id, status: "delivered" }));
  await expect.poll(async () => (await delivered()).length).toBe(2);

  const { secret: next } = await webhooks.rotateSecret(made.id);
  expect(next).not.toBe(secret);
  receiver.trustOnly(next);
  const again = await webhooks.redeliver(tried.id);
  expect(again.id).toBe(tried.id);
  await receiver.until((received) => received.filter((each) => each.id === tried.id).length === 2);

  await webhooks.delete(made.id);
  await expect(webhooks.get(made.id)).rejects.toMatchObject({ code: "not_found" });
  await expect(webhooks.create({ url: "ftp://example.com" })).rejects.toMatchObject({ errors: [{ path: "url" }] });
});

test("a list is read to its end, page by page", async () => {
  await using service = await startService();
  await using receiver = await startReceiver();
  const { webhooks } = service.client;
  const { id, secret } = await webhooks.create({ url: receiver.url });
  receiver.trust(secret);
  const made = await Promise.all(Array.from({ length: 110 }, () => webhooks.test(id)));
  const listed = (await Array.fromAsync(webhooks.deliveries({ endpointId: id }))).map((delivery) => delivery.id);
  expect(listed).toEqual(
    made
      .map((delivery) => delivery.id)
      .sort()
      .reverse(),
  );
});

test("the client makes and changes schedules, runs them and reads what came of it", async () => {
  await using service = await startService();
  const { schedules, waitForEnd } = service.client;
  const made = await schedules.create({
    cron: "0 6 * * mon-fri",
    timezone: "Europe/Berlin",
    research: service.research,
  });
  expect(made).toMatchObject({ notify: "always", research: { depth: "quick" }, last_run: null });
  expect(await schedules.get(made.id)).toEqual(made);
  const paused = await schedules.update(made.id, { paused: true, notify: "on_change" });
  expect(paused).toMatchObject({ next_run_at: null, notify: "on_change", paused_at: expect.any(String) });

  const jobs: string[] = [];
  for (const _ of [1, 2]) {
    const { id } = await schedules.run(made.id);
    jobs.unshift(id);
    expect((await waitForEnd(id)).status).toBe("completed");
  }
  expect(await Array.fromAsync(schedules.runs(made.id))).toMatchObject([
    { research_id: jobs[0], outcome: "completed", changes: { compared_with: jobs[1], changed: false } },
    { research_id: jobs[1], outcome: "completed", changes: null },
  ]);
  await schedules.delete(made.id);
  await expect(schedules.get(made.id)).rejects.toMatchObject({ code: "not_found" });
  await expect(schedules.create({ cron: "daily", research: service.research })).rejects.toMatchObject({
    errors: [{ path: "cron" }],
  });
});
