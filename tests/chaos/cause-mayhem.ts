import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import type { Fleet } from "./start-fleet.ts";

const SECOND_MS = 1000;
const REDIS_STOP_MS = 5000;

/**
 * For so many seconds: kills a worker each second; stops Redis for five of them, later makes it forget everything, and
 * later still restarts Postgres.
 */
export async function causeMayhem(fleet: Fleet, { seconds }: { seconds: number }): Promise<{ kills: number }> {
  const at = (share: number) => pause(seconds * share * SECOND_MS);
  const [kills] = await Promise.all([
    killWorkers(fleet, seconds),
    at(0.1).then(() => stopRedis(fleet)),
    at(0.6).then(() => flushRedis(fleet)),
    at(0.8).then(() => restartPostgres(fleet)),
  ]);
  return { kills };
}

/** Each worker in turn. One that is still starting is let off, for it holds nothing yet. */
async function killWorkers(fleet: Fleet, seconds: number): Promise<number> {
  const starting = new Map<number, Promise<void>>();
  let kills = 0;
  for (let second = 0; second < seconds; second++) {
    await pause(SECOND_MS);
    const index = second % fleet.workers.length;
    if (starting.has(index)) continue;
    kills++;
    starting.set(
      index,
      fleet.replaceWorker(index).finally(() => starting.delete(index)),
    );
  }
  await Promise.all(starting.values());
  return kills;
}

async function stopRedis({ redis }: Fleet): Promise<void> {
  await redis.stop("SIGKILL");
  await pause(REDIS_STOP_MS);
  await redis.start();
}

async function restartPostgres({ postgres }: Fleet): Promise<void> {
  await postgres.stop();
  await postgres.start();
}

async function flushRedis({ redis }: Fleet): Promise<void> {
  const client = new Redis(redis.url);
  await client.flushall();
  client.disconnect();
}
