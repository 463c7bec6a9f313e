import { readdir, readlink } from "node:fs/promises";
import { join } from "node:path";
import { Redis } from "ioredis";
import type { Fleet } from "./start-fleet.ts";

/** What Redis says of the time that a key has left which has no end. */
const FOR_EVER = -1;

/** Files in the folders that are for the time of a job or an upload. */
export async function temporaryFiles({ dataDir }: Fleet): Promise<string[]> {
  const folders = await Promise.all(["tmp", "uploads"].map((name) => listAll(join(dataDir, name))));
  const staging = (await listAll(join(dataDir, "tables"))).filter((path) => path.includes(".staging"));
  return [...folders.flat(), ...staging];
}

async function listAll(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  return names.map((name) => join(folder, name));
}

/** Processes that work in the fleet's folders: the children of workers that were killed, unless they have ended, too. */
export async function orphans({ dataDir }: Fleet): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const folders = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => "")));
  return pids.filter((_, index) => folders[index]?.startsWith(dataDir));
}

/**
 * Entries that wait in the queues, and locks that would never go. What a killed worker held may still be there, under a
 * lock that runs out: the stall check of the next worker drops it a minute later.
 */
export async function leftInQueues({ redis }: Fleet): Promise<string[]> {
  const client = new Redis(redis.url);
  try {
    const keys = await client.keys("*");
    const left = await Promise.all(keys.map(async (key) => ((await isWork(client, key)) ? key : null)));
    return left.filter((key) => key !== null);
  } finally {
    client.disconnect();
  }
}

async function isWork(client: Redis, key: string): Promise<boolean> {
  if (key.endsWith(":lock")) return (await client.pttl(key)) === FOR_EVER;
  if (key.endsWith(":wait")) return (await client.llen(key)) > 0;
  // What recurs has its next time there, and no more than one.
  const recurring = key.endsWith(":delayed") ? await client.zcard(key.replace(/delayed$/, "repeat")) : 0;
  return /:(?:prioritized|delayed)$/.test(key) && (await client.zcard(key)) > recurring;
}
