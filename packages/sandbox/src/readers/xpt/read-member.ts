import { unreadable } from "../../child/failure.ts";
import type { RowsFile } from "../rows-file.ts";
import type { ColumnReading } from "../table-source.ts";
import type { ByteInput } from "./byte-input.ts";
import { readIbmNumber } from "./ibm-number.ts";
import { formatNumber, readingOfFormat } from "./sas-format.ts";
import {
  applyLongLabels,
  CARD,
  decodeXptText,
  headerKind,
  headerNumber,
  namestrBytes,
  padded,
  readVariables,
  textAt,
  type XptVariable,
} from "./xpt-layout.ts";

const READ_BYTES = CARD * 8192;
const BLANK = 0x20;
const MAX_ROW_BYTES = 16 * 1024 * 1024;

export type XptMember = { name: string; label: string; variables: XptVariable[]; rowBytes: number };

export function columnReading(variable: XptVariable): ColumnReading {
  return variable.isNumeric ? readingOfFormat(variable.format) : "text";
}

/** Reads the description of the next data set, up to its first row; null where only padding is left. */
export async function readMemberHead(input: ByteInput, file: string, maxColumns: number): Promise<XptMember | null> {
  const member = await input.next(CARD);
  if (member.every((byte) => byte === BLANK || byte === 0)) return null;
  const kind = headerKind(member);
  if (kind !== "MEMBER" && kind !== "MEMBV8")
    throw damaged(file, "a data set's header is missing", input.position - CARD);
  const isVersion8 = kind === "MEMBV8";
  await input.next(CARD);
  const descriptor = await input.next(CARD * 2);
  const names = await input.next(CARD);
  const count = headerNumber(names, 2);
  const namesKind = headerKind(names);
  if ((namesKind !== "NAMESTR" && namesKind !== "NAMSTV8") || !(count > 0)) {
    throw damaged(file, "the description of the variables is missing", input.position - CARD);
  }
  if (count > maxColumns)
    throw unreadable(file, `the data set has ${count} variables; at most ${maxColumns} are read.`);
  const size = namestrBytes(member);
  const described = await input.next(padded(count * size));
  if (described.length < count * size)
    throw damaged(file, "it is cut off in the description of its variables", input.size);
  const variables = readVariables(described, count, size, isVersion8);
  await readUpToRows(input, file, variables);
  return {
    name: textAt(descriptor, 8, isVersion8 ? 32 : 8),
    label: textAt(descriptor, CARD + 32, 40),
    variables,
    rowBytes: checkedRowBytes(variables, file),
  };
}

async function readUpToRows(input: ByteInput, file: string, variables: XptVariable[]): Promise<void> {
  let card = await input.next(CARD);
  const kind = headerKind(card);
  if (kind === "LABELV8" || kind === "LABELV9") {
    const count = headerNumber(card, 1);
    const start = input.position;
    let labels = Buffer.alloc(0);
    // Their size is nowhere declared: they reach to the next header.
    for (;;) {
      card = await input.next(CARD);
      if (card.length < CARD) throw damaged(file, "it is cut off in its labels", input.size);
      if (headerKind(card)?.startsWith("OBS") === true && (input.position - start) % CARD === 0) break;
      labels = Buffer.concat([labels, card]);
    }
    applyLongLabels(labels, count, kind === "LABELV9", variables);
  }
  if (headerKind(card)?.startsWith("OBS") !== true)
    throw damaged(file, "the header of its rows is missing", input.position - CARD);
}

function checkedRowBytes(variables: XptVariable[], file: string): number {
  let end = 0;
  for (const { length, position, isNumeric, name } of variables) {
    if (!(length > 0) || position < 0 || (isNumeric && (length < 2 || length > 8))) {
      throw unreadable(file, `the description of variable ${name || "without a name"} is damaged.`);
    }
    end = Math.max(end, position + length);
  }
  if (end > MAX_ROW_BYTES) throw unreadable(file, `a row of ${end} bytes is described, which is too long.`);
  return end;
}

/** Copies the rows of a data set to the file of rows and stops before the next data set. */
export async function copyRows(input: ByteInput, member: XptMember, rows: RowsFile, file: string): Promise<void> {
  const { rowBytes } = member;
  let rest: Buffer = Buffer.alloc(0);
  let rowNumber = 0;
  for (let isLast = false; !isLast; ) {
    const start = input.position;
    const block = await input.next(READ_BYTES);
    const next = nextMemberIn(block);
    isLast = next !== -1 || input.isAtEnd;
    if (next !== -1) input.rewind(start + next);
    const bytes = Buffer.concat([rest, next === -1 ? block : block.subarray(0, next)]);
    let at = 0;
    // Until the end is known, the last card is held back: it may hold padding.
    for (const reserve = isLast ? 0 : CARD; bytes.length - at >= rowBytes + reserve; at += rowBytes) {
      if (isLast && bytes.length - at < CARD && isBlank(bytes, at, at + rowBytes)) break;
      rowNumber++;
      const written = rows.add(readRow(bytes, at, member.variables));
      if (written !== null) await written;
    }
    rest = bytes.subarray(at);
  }
  if (!isBlank(rest, 0, rest.length))
    throw unreadable(file, "the file is cut off in the middle of a row.", `row ${rowNumber + 1}`);
}

function nextMemberIn(block: Buffer): number {
  for (let at = block.indexOf("HEADER RECORD*******MEM", 0, "latin1"); at !== -1; ) {
    if (at % CARD === 0) return at;
    at = block.indexOf("HEADER RECORD*******MEM", at + 1, "latin1");
  }
  return -1;
}

/** Leading blanks are data; those at the end only fill the field. A text of blanks alone is a missing value. */
function readRow(bytes: Buffer, start: number, variables: XptVariable[]): (string | null)[] {
  return variables.map((variable) => {
    const from = start + variable.position;
    if (variable.isNumeric) {
      const value = readIbmNumber(bytes, from, variable.length);
      return value === null ? null : formatNumber(value, readingOfFormat(variable.format));
    }
    let end = from + variable.length;
    while (end > from && (bytes[end - 1] === BLANK || bytes[end - 1] === 0)) end--;
    return end === from ? null : decodeXptText(bytes, from, end).replaceAll("\0", " ");
  });
}

function isBlank(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] !== BLANK && bytes[at] !== 0) return false;
  return true;
}

function damaged(file: string, what: string, at: number) {
  return unreadable(file, `the SAS transport file is damaged: ${what}.`, `byte ${at}`);
}
