import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { Database } from "../database.ts";
import { listEvents } from "../events/list-events.ts";
import { listEvidence } from "../evidence/list-evidence.ts";
import { loadJournal } from "../journal/load-journal.ts";
import { getResearch } from "../research/get-research.ts";
import { temporaryDirectory } from "../testing/temporary-directory.ts";
import { openPglite } from "./open-pglite.ts";

const WRITER = fileURLToPath(new URL("../testing/write-until-killed.ts", import.meta.url));
const TENANT = "default";

type Told = { id: string; status: string; steps?: number };

/** Lets a process write until it has told so many writes, kills it there and then, and gives all that it told. */
async function writeAndKill(dataDir: string, writes: number): Promise<Told[]> {
  const writer = spawn(process.execPath, [WRITER, dataDir], { stdio: ["ignore", "pipe", "inherit"] });
  const told: Told[] = [];
  for await (const line of createInterface(writer.stdout)) {
    told.push(JSON.parse(line));
    if (told.length === writes) {
      await expectRefused(dataDir, writer);
      writer.kill("SIGKILL");
    }
  }
  if (writer.exitCode === null && writer.signalCode === null) await once(writer, "exit");
  expect(writer.signalCode).toBe("SIGKILL");
  return told;
}

async function expectRefused(dataDir: string, holder: ChildProcess): Promise<void> {
  await expect(openPglite({ dataDir })).rejects.toThrow(`in use by process ${holder.pid}`);
}

async function expectWhole({ sql }: Database, { id, status, steps = 0 }: Told): Promise<void> {
  const order = ["queued", "running", "cancelled"];
  const research = await getResearch(sql, TENANT, id);
  expect(order.indexOf(research?.status ?? "")).toBeGreaterThanOrEqual(order.indexOf(status));
  const journal = await loadJournal(sql, id);
  const evidence = await listEvidence(sql, TENANT, id);
  const events = await listEvents(sql, TENANT, id, { after: 0, limit: 100 });
  expect(journal.size).toBeGreaterThanOrEqual(steps);
  expect(evidence.map(({ n }) => [n])).toEqual([...journal.values()].sort());
  expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: research?.event_seq ?? 0 }, (_, i) => i + 1));
  expect(events.filter(({ type }) => type === "step.completed")).toHaveLength(journal.size);
  expect(research?.usage.tool_calls).toBe(journal.size);
}

test("whatever was answered survives kill -9 in the middle of writes, and nothing is there by halves", async () => {
  await using directory = await temporaryDirectory();
  const told = new Map<string, Told>();
  for (const writes of [1, 150, 61]) {
    for (const each of await writeAndKill(directory.path, writes)) told.set(each.id, each);
  }
  const database = await openPglite({ dataDir: directory.path });
  try {
    for (const last of told.values()) await expectWhole(database, last);
  } finally {
    await database.close();
  }
});

test("closing undoes what a client has begun, refuses what comes after, and frees the folder", async () => {
  await using directory = await temporaryDirectory();
  const database = await openPglite({ dataDir: directory.path });
  await database.sql.query("create table close_test (a integer)");
  const client = await database.pool.connect();
  await client.query("begin");
  await client.query("insert into close_test values (1)");
  const waiting = database.sql.query("insert into close_test values (2)");
  await database.close();
  await waiting;
  await expect(database.pool.query("select 1")).rejects.toThrow("after calling end on the pool");
  await expect(database.sql.query("select 1")).rejects.toThrow("closed");
  await database.close();

  const again = await openPglite({ dataDir: directory.path });
  expect(await again.sql.query("select a from close_test")).toEqual([{ a: 2 }]);
  await again.close();
});
