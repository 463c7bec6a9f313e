import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { unreadable } from "../../child/failure.ts";
import type { ReadTables, TableSource } from "../table-source.ts";
import type { OpenFile } from "../text/open-text.ts";
import { listSheets } from "./list-sheets.ts";
import { readSheet } from "./read-sheet.ts";

const MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const MAX_SHEETS = 100;

/** The visible sheets of a workbook that hold anything, each as a table. */
export async function readXlsx(
  file: OpenFile,
  bytes: Buffer,
  directory: string,
  maxColumns: number,
): Promise<ReadTables> {
  const sheets = await listSheets(bytes);
  if (sheets.length > MAX_SHEETS)
    throw unreadable(file.name, `the workbook has ${sheets.length} sheets; at most ${MAX_SHEETS} are read.`);
  const sources: TableSource[] = [];
  for (const sheet of sheets) {
    const path = join(directory, `sheet-${sheet.index}.csv`);
    const source = await readSheet({ bytes, sheet, path, file: file.name, maxColumns });
    if (source !== null) sources.push(source);
  }
  if (sources.length === 0) throw unreadable(file.name, "the workbook holds no visible sheet with values.");
  return { mediaType: MEDIA_TYPE, sources };
}

/** The bytes of an archive; whole in memory, as a ZIP is read from its end. */
export async function readArchive(file: OpenFile): Promise<Buffer> {
  const limit = 256 * 1024 * 1024;
  if (file.bytes > limit) throw unreadable(file.name, `the archive is larger than ${limit / 1024 / 1024} MiB.`);
  return await readFile(file.path);
}
