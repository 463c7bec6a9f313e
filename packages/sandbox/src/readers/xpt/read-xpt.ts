import { open } from "node:fs/promises";
import { join } from "node:path";
import { unreadable } from "../../child/failure.ts";
import { columnNames } from "../delimited/column-names.ts";
import { csvRelation } from "../delimited/read-delimited.ts";
import { RowsFile } from "../rows-file.ts";
import type { ReadTables, TableSource } from "../table-source.ts";
import type { OpenFile } from "../text/open-text.ts";
import { ByteInput } from "./byte-input.ts";
import { columnReading, copyRows, readMemberHead, type XptMember } from "./read-member.ts";
import { CARD, headerKind } from "./xpt-layout.ts";

const MEDIA_TYPE = "application/x-sas-xport";
const MAX_MEMBERS = 200;

/** The data sets of a SAS transport file, version 5, 6, 8 or 9, with labels, and dates as dates. */
export async function readXpt(file: OpenFile, directory: string, maxColumns: number): Promise<ReadTables> {
  const handle = await open(file.path);
  try {
    const input = new ByteInput(handle, file.bytes);
    const kind = headerKind(await input.next(CARD));
    if (kind !== "LIBRARY" && kind !== "LIBV8") throw unreadable(file.name, "it is no SAS transport file.");
    await input.next(CARD * 2);
    const sources: TableSource[] = [];
    while (!input.isAtEnd && sources.length < MAX_MEMBERS) {
      const member = await readMemberHead(input, file.name, maxColumns);
      if (member === null) break;
      await using rows = new RowsFile(join(directory, `rows-${sources.length}.csv`), file.name);
      await copyRows(input, member, rows, file.name);
      await rows.end();
      sources.push(sourceOf(member, rows.path));
    }
    if (sources.length === 0) throw unreadable(file.name, "the SAS transport file holds no data set.");
    return { mediaType: MEDIA_TYPE, sources };
  } finally {
    await handle.close();
  }
}

function sourceOf({ name, label, variables }: XptMember, path: string): TableSource {
  const names = columnNames(
    variables.map((variable) => variable.name),
    variables.length,
  );
  const columns = variables.map((variable, index) => ({
    name: names[index] ?? "",
    label: variable.label || null,
    from: `c${index}`,
    reading: columnReading(variable),
    sample: [],
  }));
  const relation = csvRelation(path, { delimiter: ",", quote: '"' }, columns, false, "\\n");
  return { name: name || null, label: label || null, relation, columns, explain: () => null };
}
