import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { unreadable } from "../../child/failure.ts";
import { scanText } from "./scan-text.ts";
import { toUtf8 } from "./to-utf8.ts";

const HEAD_BYTES = 1024 * 1024;

/** A file that a reader opens: the name for messages, and where the (unpacked) bytes lie. */
export type OpenFile = { name: string; path: string; bytes: number };

export async function readHead(path: string, bytes = HEAD_BYTES): Promise<Buffer> {
  const file: FileHandle = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** The file as UTF-8 without a mark, converted into the folder where it is anything else. */
export async function openText(
  file: OpenFile,
  directory: string,
): Promise<{ name: string; path: string; head: string }> {
  const scan = await scanText(file.path, await readHead(file.path));
  if (scan.nulLine !== null) {
    throw unreadable(file.name, "the text contains a NUL byte; it is binary or damaged.", `line ${scan.nulLine}`);
  }
  let path = file.path;
  if (scan.encoding !== "utf-8" || scan.markBytes > 0) {
    path = join(directory, "text");
    await toUtf8(file.path, path, scan.encoding, scan.markBytes);
  }
  const head = (await readHead(path)).toString("utf8");
  const end = head.lastIndexOf("\n");
  const isWhole = head.length < HEAD_BYTES / 4 || end === -1;
  return { name: file.name, path, head: isWhole ? head : head.slice(0, end + 1) };
}
