import { writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { AppError } from "@pharmadb/contracts";
import type { FileStorage } from "@pharmadb/store";
import { expect, test } from "vitest";
import { fetchFiles } from "./fetch-files.ts";
import { leftFolders, openWorld, TENANT, type World } from "./testing/open-world.ts";

type Materialize = FileStorage["materialize"];

const { signal } = new AbortController();
const copy: Materialize = async (key, directory) => {
  const path = join(directory, basename(key));
  await writeFile(path, key);
  return path;
};

async function uploads(world: World, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index++) ids.push(await world.upload(`A\n${index}\n`));
  return ids;
}

function fetchAll(world: World, file_ids: string[], materialize: Materialize, stop = signal) {
  const deps = { sql: world.database.sql, files: { materialize }, tempDir: world.tempDir };
  return fetchFiles({ file_ids, tenant_id: TENANT }, deps, stop);
}

/** Copies all but the files at these positions, which fail with an error of their own. */
function failingAt(errors: Record<number, Error>): Materialize {
  let at = 0;
  return async (...call) => {
    const error = errors[at++];
    if (error) throw error;
    return copy(...call);
  };
}

test("files are fetched several at a time, a few of one job, and come in the job's order", async () => {
  await using world = await openWorld();
  const ids = await uploads(world, 12);
  let now = 0;
  let most = 0;
  const fiveThere = Promise.withResolvers<void>();
  await using fetched = await fetchAll(world, ids, async (...call) => {
    most = Math.max(most, ++now);
    if (now === 5) fiveThere.resolve();
    await fiveThere.promise;
    now--;
    return copy(...call);
  });
  expect(most).toBe(5);
  expect(fetched.files.map(({ id }) => id)).toEqual(ids);
  expect(fetched.missing).toEqual([]);
});

test("one that fails and one that was deleted are told of, and the others are there", async () => {
  await using world = await openWorld();
  const ids = await uploads(world, 4);
  await world.database.sql.query("delete from files where id = $1", [ids[0]]);
  const materialize = failingAt({ 1: new AppError("file_unreadable", "Its bytes are gone."), 2: new Error("EIO") });
  await using fetched = await fetchAll(world, ids, materialize);
  expect(fetched.files.map(({ id }) => id)).toEqual([ids[1]]);
  expect(fetched.missing).toEqual([
    { name: ids[0], reason: "It has been deleted." },
    { name: `dm.csv (${ids[2]})`, reason: "Its bytes are gone." },
    { name: `dm.csv (${ids[3]})`, reason: "Its bytes cannot be read." },
  ]);
});

test("files of which none is there fail the job for good, each by its name, and leave nothing behind", async () => {
  await using world = await openWorld();
  const ids = await uploads(world, 2);
  await world.database.sql.query("delete from files where id = $1", [ids[0]]);
  const failed = fetchAll(world, ids, failingAt({ 0: new Error("ENOENT") }));
  await expect(failed).rejects.toMatchObject({ code: "file_unreadable", retryable: false });
  for (const id of ids) await expect(failed).rejects.toThrow(id);
  expect(await leftFolders(world)).toEqual([]);
});

test("a storage that is out gives the job another try, where nothing at all could be had", async () => {
  await using world = await openWorld();
  const ids = await uploads(world, 2);
  const out = new AppError("unavailable", "The storage does not answer.");
  const failed = fetchAll(world, ids, failingAt({ 0: out, 1: new Error("ENOENT") }));
  await expect(failed).rejects.toMatchObject({ code: "unavailable", retryable: true });
});

test("a job that is told to stop ends with the reason, not with a file that could not be had", async () => {
  await using world = await openWorld();
  const ids = await uploads(world, 8);
  const stop = new AbortController();
  const failed = fetchAll(
    world,
    ids,
    async (_key, _directory, given) => {
      stop.abort(new Error("Cancelled."));
      throw given.reason;
    },
    stop.signal,
  );
  await expect(failed).rejects.toThrow("Cancelled.");
  expect(await leftFolders(world)).toEqual([]);
});
