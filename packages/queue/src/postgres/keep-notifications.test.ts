import { EventEmitter } from "node:events";
import type { PgPool, PgPoolClient } from "bullmq";
import { expect, test } from "vitest";
import { keepNotifications } from "./keep-notifications.ts";

const WAKE = { channel: "events", payload: "queue" };

/** A client of a pool whose notifications come when the test says so. */
async function connected(): Promise<{ client: PgPoolClient; arrive(): void }> {
  const inner = Object.assign(new EventEmitter(), {
    query: async () => ({ rows: [] }),
    release: () => undefined,
  });
  const pool = Object.assign(new EventEmitter(), {
    query: inner.query,
    connect: async () => inner as unknown as PgPoolClient,
    end: async () => undefined,
  });
  const client = await keepNotifications(pool as unknown as PgPool, WAKE).connect();
  return { client, arrive: () => void inner.emit("notification", { channel: "other" }) };
}

/** Listens as BullMQ does while it waits: once, and not any more after that. */
function waitOnce(client: PgPoolClient): { heard: () => boolean } {
  let heard = false;
  const listener = () => {
    heard = true;
    client.removeListener("notification", listener);
  };
  client.on("notification", listener);
  return { heard: () => heard };
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

test("the first wait of a client ends at once, for what came before it could listen", async () => {
  const { client } = await connected();
  const wait = waitOnce(client);
  expect(wait.heard()).toBe(false);
  await settled();
  expect(wait.heard()).toBe(true);
});

test("a notification between two waits ends the second, and only that", async () => {
  const { client, arrive } = await connected();
  waitOnce(client);
  await settled();
  arrive();
  const second = waitOnce(client);
  await settled();
  expect(second.heard()).toBe(true);
  const third = waitOnce(client);
  await settled();
  expect(third.heard()).toBe(false);
  arrive();
  expect(third.heard()).toBe(true);
});

test("a wait that was given up before its turn leaves the notification to the next", async () => {
  const { client } = await connected();
  const listener = () => undefined;
  client.on("notification", listener);
  client.removeListener("notification", listener);
  await settled();
  const next = waitOnce(client);
  await settled();
  expect(next.heard()).toBe(true);
});
