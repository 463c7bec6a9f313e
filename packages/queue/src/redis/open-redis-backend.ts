import type { RedisTarget } from "@pharmadb/contracts";
import { createRedisBackend, Queue, Worker } from "bullmq";
import { ASK_AGAIN_MS, type Backend, type OnError } from "../backend.ts";
import { checkServer } from "./check-server.ts";
import { closeRedisWorker } from "./close-redis-worker.ts";
import { disconnectRedis, type RedisClient } from "./connect-redis.ts";
import { redisConnector, refuseAbsent } from "./open-redis.ts";
import { openRedisWakeups } from "./open-redis-wakeups.ts";
import { createOutageWatch, isOutageSymptom } from "./outage-watch.ts";
import type { RedisLog } from "./redis-log.ts";
import { untilReady } from "./until-ready.ts";

/** In braces, so that a cluster keeps all keys on one node: BullMQ's scripts touch several at once. */
const PREFIX = "{pharmadb}";
const NO_LOG: RedisLog = { info: () => undefined, warn: () => undefined };

export type RedisBackendOptions = { redis: RedisTarget; absent: "refuse" | "wait"; log?: RedisLog };

/** Queues on a Redis: one connection that adds and asks, one that hears wake-ups, and two a worker. */
export async function openRedisBackend(
  { redis, absent, log = NO_LOG }: RedisBackendOptions,
  onError: OnError,
): Promise<Backend> {
  const connect = await redisConnector(redis);
  const watch = createOutageWatch(log);
  const clients: RedisClient[] = [];
  const clientOf = new WeakMap<object, RedisClient>();
  const watched = (client: RedisClient) => {
    clients.push(client);
    watch(client);
    return client;
  };
  const producer = connect("producer");
  if (absent === "refuse") await refuseAbsent(producer);
  watched(producer);
  const check = () => void checkServer(producer, log).catch(ignoreLostCheck);
  // The first attempt decides whether to go on with it or without.
  if (await isThere(producer)) check();
  else producer.once("ready", check);
  // Own checks instead of BullMQ's, which write to the console, and break a queue for good that is opened without Redis.
  const common = { prefix: PREFIX, skipVersionCheck: true };
  return {
    onError: (error) => {
      if (!isOutageSymptom(error)) onError(error);
    },
    openQueue: (name, options) =>
      new Queue(name, { ...options, ...common, connection: producer, skipWaitingForReady: true }, createRedisBackend),
    startWorker(name, process, options) {
      const client = watched(connect("worker"));
      const given = { ...options, ...common, connection: client, runRetryDelay: ASK_AGAIN_MS };
      const worker = new Worker(name, process, given, createRedisBackend);
      clientOf.set(worker, client);
      return worker;
    },
    async closeWorker(worker, idle) {
      const client = clientOf.get(worker);
      if (client) await closeRedisWorker(worker, client, idle);
    },
    openWakeups: () =>
      openRedisWakeups({ publisher: producer, subscriber: watched(connect("worker")) }, `${PREFIX}:wakeups`),
    async close() {
      for (const client of clients) disconnectRedis(client);
    },
  };
}

async function isThere(client: RedisClient): Promise<boolean> {
  return untilReady(client).then(
    () => true,
    () => false,
  );
}

/** The next start checks again. */
function ignoreLostCheck(): void {}
