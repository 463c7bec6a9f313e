import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "@pharmadb/contracts";
import { PASSAGES_FILE, type Prepared, TABLES_FILE } from "../pool/messages.ts";
import type { Passage, UnknownFile } from "../sandbox.ts";
import { evictOldest } from "./evict-oldest.ts";
import { parseManifest, parsePassages } from "./manifest.ts";
import { shareFlight } from "./share-flight.ts";

/** Raised with every change of what readers make of a file, so that no old preparation is used again. */
const READER_VERSION = "2";
const MANIFEST_FILE = "manifest.json";
const STAGING_PREFIX = ".staging-";
const STALE_STAGING_MS = 60 * 60 * 1000;
const TOUCH_EVERY_MS = 60_000;
const MAX_REMEMBERED = 2000;

/** A prepared file on disk. */
type PreparedEntry = Prepared & { databasePath: string; passagesPath: string };

export type PreparedFiles = {
  /** The file's preparation, made now where there is none; callers at the same time share one. */
  get(file: UnknownFile, signal: AbortSignal): Promise<PreparedEntry>;
  passages(entry: PreparedEntry): Promise<Passage[]>;
  /** Forgets an entry that turned out to be gone or broken. */
  drop(file: UnknownFile): Promise<void>;
};

export type PreparedFilesOptions = {
  directory: string;
  maxBytes: number;
  /** Reads the file and writes what it prepares into the staging folder. */
  prepare: (file: UnknownFile, stagingDirectory: string, signal: AbortSignal) => Promise<Prepared>;
};

/** Opens the cache of prepared files; several processes may share its folder. */
export async function openPreparedFiles(options: PreparedFilesOptions): Promise<PreparedFiles> {
  const { directory } = options;
  await mkdir(directory, { recursive: true });
  await removeStaleStaging(directory);
  const remembered = new Map<string, { entry: PreparedEntry; touchedAt: number }>();
  const flights = shareFlight<PreparedEntry>();

  async function fromDisk(key: string): Promise<PreparedEntry | null> {
    const known = remembered.get(key);
    if (known !== undefined && Date.now() - known.touchedAt < TOUCH_EVERY_MS) return known.entry;
    const path = join(directory, key);
    try {
      const manifest = parseManifest(JSON.parse(await readFile(join(path, MANIFEST_FILE), "utf8")));
      const now = new Date();
      await utimes(join(path, MANIFEST_FILE), now, now);
      return remember(key, manifest);
    } catch {
      // Not prepared yet, or evicted by another process in this moment: both mean to prepare it.
      remembered.delete(key);
      return null;
    }
  }

  function remember(key: string, prepared: Prepared): PreparedEntry {
    const path = join(directory, key);
    const entry = { ...prepared, databasePath: join(path, TABLES_FILE), passagesPath: join(path, PASSAGES_FILE) };
    remembered.set(key, { entry, touchedAt: Date.now() });
    const [oldest] = remembered.keys();
    if (remembered.size > MAX_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
    return entry;
  }

  async function make(file: UnknownFile, key: string, signal: AbortSignal): Promise<PreparedEntry> {
    const onDisk = await fromDisk(key);
    if (onDisk !== null) return onDisk;
    const staging = await mkdtemp(join(directory, STAGING_PREFIX));
    try {
      const prepared = parseManifest(await options.prepare(file, staging, signal));
      await writeFile(join(staging, MANIFEST_FILE), JSON.stringify(prepared));
      await moveIntoPlace(staging, join(directory, key));
      await evictOldest({ directory, manifest: MANIFEST_FILE, maxBytes: options.maxBytes, keep: key });
      return remember(key, prepared);
    } finally {
      await rm(staging, { recursive: true, force: true });
    }
  }

  return {
    async get(file, signal) {
      const key = entryKey(file);
      return (await fromDisk(key)) ?? (await flights(key, (shared) => make(file, key, shared), signal));
    },
    async passages(entry) {
      return parsePassages(JSON.parse(await readFile(entry.passagesPath, "utf8")));
    },
    async drop(file) {
      const key = entryKey(file);
      remembered.delete(key);
      await rm(join(directory, key), { recursive: true, force: true });
    },
  };
}

/** The name's ending counts too: with another one the same bytes may be refused or read otherwise. */
function entryKey(file: UnknownFile): string {
  if (!/^[0-9a-f]{64}$/.test(file.sha256)) {
    throw new AppError("internal", "A file's sha256 must be 64 hexadecimal digits.", { details: { file: file.name } });
  }
  const ending = /(?:\.[a-z0-9]{1,8}){0,2}$/.exec(file.name.toLowerCase())?.[0] ?? "";
  return `${file.sha256}${ending.replaceAll(".", "-")}-r${READER_VERSION}`;
}

async function moveIntoPlace(staging: string, target: string): Promise<void> {
  try {
    await rename(staging, target);
  } catch (error) {
    // Another process was faster with the same bytes; its entry is as good.
    const exists = await stat(join(target, MANIFEST_FILE)).catch(() => null);
    if (exists === null) throw error;
  }
}

async function removeStaleStaging(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!name.startsWith(STAGING_PREFIX)) continue;
    const path = join(directory, name);
    const info = await stat(path).catch(() => null);
    if (info !== null && Date.now() - info.mtimeMs > STALE_STAGING_MS) await rm(path, { recursive: true, force: true });
  }
}
