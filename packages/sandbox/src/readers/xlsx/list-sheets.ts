import { Parser } from "htmlparser2";
import { fromBufferPromise } from "yauzl";

const MAX_WORKBOOK_BYTES = 4 * 1024 * 1024;

export type SheetEntry = { name: string; index: number };

/** The visible sheets of a workbook, with their places in the order of the file. */
export async function listSheets(bytes: Buffer): Promise<SheetEntry[]> {
  const xml = await readPart(bytes, "xl/workbook.xml");
  const sheets: SheetEntry[] = [];
  let index = 0;
  const parser = new Parser(
    {
      onopentag(tag, attributes) {
        if (tag.replace(/^.*:/, "") !== "sheet") return;
        const name = attributes.name ?? "";
        const isNumbered = Object.keys(attributes).some((key) => key.toLowerCase().endsWith(":id"));
        if (name === "" || !isNumbered) return;
        if ((attributes.state ?? "visible") === "visible") sheets.push({ name, index });
        index++;
      },
    },
    { xmlMode: true },
  );
  parser.end(xml);
  return sheets;
}

async function readPart(bytes: Buffer, part: string): Promise<string> {
  const zip = await fromBufferPromise(bytes, { lazyEntries: true });
  try {
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName !== part || entry.uncompressedSize > MAX_WORKBOOK_BYTES) continue;
      const chunks: Buffer[] = [];
      for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks).toString("utf8");
    }
    return "";
  } finally {
    zip.close();
  }
}
