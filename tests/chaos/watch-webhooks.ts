import { setTimeout as pause } from "node:timers/promises";
import { expect } from "vitest";
import type { Random } from "../../samples/random.ts";
import { type Receiver, startReceiver } from "../doubles/receiver/start-receiver.ts";
import type { StoredDelivery, StoredJob } from "./read-record.ts";
import type { Fleet } from "./start-fleet.ts";

// So long that some workers are killed between the sending and the record of what came back.
const ANSWER_MS = 100;
const FAULT_SHARE = 0.05;

/** Registers an endpoint that answers after a while, and one time in twenty with an error. */
export async function watchWebhooks({ apis: [api] }: Fleet, random: Random): Promise<Receiver> {
  await using stack = new AsyncDisposableStack();
  const receiver = stack.use(await startReceiver());
  receiver.react(() => ({ status: random.chance(FAULT_SHARE) ? 500 : 204, after: pause(ANSWER_MS) }));
  const response = await fetch(`${api?.url}/api/v1/webhooks`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ url: receiver.url }),
  });
  expect(response.status).toBe(201);
  receiver.trust(((await response.json()) as { secret: string }).secret);
  stack.move();
  return receiver;
}

/** Each job was told of once: by one message, which may have come more than once, but never with other bytes. */
export function expectEachToldOnce(
  { received, refused }: Receiver,
  { jobs, deliveries }: { jobs: readonly StoredJob[]; deliveries: readonly StoredDelivery[] },
): void {
  // A bad signature is among what was refused.
  expect(refused).toEqual([]);
  expect(deliveries.filter(({ status }) => status !== "delivered")).toEqual([]);
  expect(deliveries.map(({ research_id }) => research_id).sort()).toEqual(jobs.map(({ id }) => id).sort());

  const messages = new Map<string, { type: string; jobId: unknown; status: unknown; raw: string }>();
  const altered: string[] = [];
  for (const { id, raw, type, data } of received) {
    const first = messages.get(id);
    if (first && first.raw !== raw) altered.push(id);
    if (!first) messages.set(id, { type, jobId: data.id, status: data.status, raw });
  }
  expect(altered).toEqual([]);
  const inRecord = deliveries.map(({ id, type, body, research_id }) => [id, type, body, research_id]);
  const told = [...messages].map(([id, { type, raw, jobId }]) => [id, type, raw, jobId]);
  expect(told.sort()).toEqual(inRecord.sort());
  const statusOf = new Map(jobs.map(({ id, status }) => [id, status]));
  for (const { type, jobId, status } of messages.values()) {
    expect([type, status]).toEqual([`research.${statusOf.get(String(jobId))}`, statusOf.get(String(jobId))]);
  }
  // It was more than the easy case: some messages had to be sent again.
  expect(received.length).toBeGreaterThan(messages.size);
}
