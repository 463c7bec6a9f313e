import { open } from "node:fs/promises";
import { unreadable } from "../child/failure.ts";
import { literal } from "../child/quote.ts";
import type { ReadTables } from "./table-source.ts";
import type { OpenFile } from "./text/open-text.ts";

const MEDIA_TYPE = "application/vnd.apache.parquet";
const SMALLEST = 12;

/** A Parquet file as one table, with the columns and types that it declares. */
export async function readParquet(file: OpenFile): Promise<ReadTables> {
  const handle = await open(file.path);
  try {
    const tail = Buffer.alloc(4);
    await handle.read(tail, 0, 4, Math.max(0, file.bytes - 4));
    if (file.bytes < SMALLEST || tail.toString("latin1") !== "PAR1") {
      throw unreadable(file.name, `the Parquet file is cut off: after ${file.bytes} bytes its end is missing.`);
    }
  } finally {
    await handle.close();
  }
  const source = { name: null, label: null, relation: `read_parquet(${literal(file.path)})`, columns: null, explain };
  return { mediaType: MEDIA_TYPE, sources: [source] };
}

function explain(message: string) {
  const line = (message.split("\n")[0] ?? message)
    .replace(/^[A-Za-z ]+Error: /, "")
    .replace(/(?:file )?['"]?\/[^\s'":]+['"]?/g, "the file")
    .replace(/\.$/, "");
  return { where: null, what: `the Parquet file is damaged: ${line}` };
}
