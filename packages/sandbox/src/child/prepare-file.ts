import { open } from "node:fs/promises";
import { join } from "node:path";
import type { PrepareCall, Prepared } from "../pool/messages.ts";
import { readDelimited } from "../readers/delimited/read-delimited.ts";
import { storeTables } from "../readers/store-tables.ts";
import { scanText } from "../readers/text/scan-text.ts";
import { toUtf8 } from "../readers/text/to-utf8.ts";
import { unreadable } from "./failure.ts";

export async function prepareFile({ file, directory, limits }: PrepareCall): Promise<Prepared> {
  const h = await open(file.path);
  let head = Buffer.alloc(1 << 20);
  const { bytesRead } = await h.read(head, 0, head.length, 0);
  await h.close();
  head = head.subarray(0, bytesRead);
  const scan = await scanText(file.path, head);
  if (scan.nulLine !== null) throw unreadable(file.name, "contains a NUL byte", `line ${scan.nulLine}`);
  let path = file.path;
  if (scan.encoding !== "utf-8" || scan.markBytes) {
    path = join(directory, "utf8");
    await toUtf8(file.path, path, scan.encoding, scan.markBytes);
  }
  const read = readDelimited({ name: file.name, path, head: head.toString("utf8") }, null, limits.maxColumns);
  const { profiles, storedTables } = await storeTables(read.sources, file, directory, limits);
  const [first, ...more_tables] = profiles;
  if (!first) throw unreadable(file.name, "no table");
  return { inspection: { kind: "table", mediaType: read.mediaType, profile: { ...first, more_tables } }, storedTables };
}
