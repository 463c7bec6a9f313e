import { readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PASSAGES_FILE, type PrepareCall, type Prepared, TABLES_FILE } from "../pool/messages.ts";
import { readDelimited } from "../readers/delimited/read-delimited.ts";
import { recognize } from "../readers/recognize/recognize.ts";
import { storeTables } from "../readers/store-tables.ts";
import type { ReadTables } from "../readers/table-source.ts";
import { gunzip } from "../readers/text/gunzip.ts";
import { type OpenFile, openText, readHead } from "../readers/text/open-text.ts";
import { unreadable } from "./failure.ts";

/** Tells what a file is, reads it and leaves what it holds in the folder: tables for SQL, or passages. */
export async function prepareFile({ file, directory, limits }: PrepareCall): Promise<Prepared> {
  if (file.bytes === 0) throw unreadable(file.name, "the file is empty (0 bytes).");
  const opened = await unpacked(
    { name: file.name, path: file.path, bytes: file.bytes },
    directory,
    limits.maxUncompressedBytes,
  );
  const recognized = recognize(file.name, await readHead(opened.path));
  const read = await readTables(recognized, opened, directory, limits.maxColumns);
  if (read === null) return await prepareDocument(opened, file.sha256, directory);
  const { profiles, storedTables } = await storeTables(read.sources, opened, directory, limits);
  await keepOnly(directory, TABLES_FILE);
  const [first, ...more] = profiles;
  if (first === undefined) throw unreadable(file.name, "the file holds no table.");
  const profile = { ...first, more_tables: more };
  return { inspection: { kind: "table", mediaType: read.mediaType, profile }, storedTables };
}

/** The tables of a file, not yet loaded; null for a document. Readers load when first needed. */
async function readTables(
  recognized: ReturnType<typeof recognize>,
  file: OpenFile,
  directory: string,
  maxColumns: number,
): Promise<ReadTables | null> {
  switch (recognized.reader) {
    case "delimited":
      return readDelimited(await openText(file, directory), recognized.delimiter, directory, maxColumns);
    case "json":
      return await (await import("../readers/json/read-json.ts")).readJson(file, directory);
    case "parquet":
      return await (await import("../readers/read-parquet.ts")).readParquet(file);
    case "xpt":
      return await (await import("../readers/xpt/read-xpt.ts")).readXpt(file, directory, maxColumns);
    case "xlsx":
      return await readWorkbook(file, directory, maxColumns);
    case "document":
      return null;
  }
}

async function readWorkbook(file: OpenFile, directory: string, maxColumns: number): Promise<ReadTables | null> {
  const { readArchive, readXlsx } = await import("../readers/xlsx/read-xlsx.ts");
  const { checkArchive } = await import("../readers/xlsx/check-archive.ts");
  const bytes = await readArchive(file);
  if ((await checkArchive(bytes, file.name)) === "document") return null;
  return await readXlsx(file, bytes, directory, maxColumns);
}

async function prepareDocument(file: OpenFile, sha256: string, directory: string): Promise<Prepared> {
  const { readDocument } = await import("../documents/read-document.ts");
  const { mediaType, profile, passages } = await readDocument({ ...file, sha256 });
  await writeFile(join(directory, PASSAGES_FILE), JSON.stringify(passages));
  await keepOnly(directory, PASSAGES_FILE);
  return { inspection: { kind: "document", mediaType, profile }, storedTables: [] };
}

/** The file itself, or what a gzip archive holds. */
async function unpacked(file: OpenFile, directory: string, maxBytes: number): Promise<OpenFile> {
  if (!isGzip(await readHead(file.path, 2))) return file;
  const path = join(directory, "unpacked");
  await gunzip(file.path, path, file.name, maxBytes);
  const { size } = await stat(path);
  if (size === 0) throw unreadable(file.name, "the gzip archive is empty.");
  if (isGzip(await readHead(path, 2))) {
    throw unreadable(file.name, "the gzip archive holds another one. Unpack it once and upload what it holds.");
  }
  return { name: file.name, path, bytes: size };
}

function isGzip([first, second]: Buffer): boolean {
  return first === 0x1f && second === 0x8b;
}

/** Copies made on the way are not kept. */
async function keepOnly(directory: string, kept: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (name !== kept) await rm(join(directory, name), { recursive: true, force: true });
  }
}
