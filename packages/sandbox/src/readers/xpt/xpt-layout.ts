export const CARD = 80;
const NAMESTR_BYTES = 140;
const MARK = "HEADER RECORD*******";

export type XptVariable = {
  name: string;
  label: string;
  format: string;
  isNumeric: boolean;
  length: number;
  position: number;
};

/** The kind of header record that a card is, such as `MEMBER` or `OBSV8`; null for any other card. */
export function headerKind(card: Buffer): string | null {
  if (card.length < CARD || card.toString("latin1", 0, MARK.length) !== MARK) return null;
  return card.toString("latin1", 20, 28).trim();
}

/** One of the numbers of five digits at the end of a header record, counted from 1. */
export function headerNumber(card: Buffer, nth: number): number {
  const start = 48 + (nth - 1) * 5;
  const digits = card.toString("latin1", start, start + 5).trim();
  return /^\d+$/.test(digits) ? Number(digits) : Number.NaN;
}

export function namestrBytes(memberCard: Buffer): number {
  const declared = Number(memberCard.toString("latin1", 74, 78));
  return declared === 136 ? 136 : NAMESTR_BYTES;
}

export function padded(bytes: number): number {
  return Math.ceil(bytes / CARD) * CARD;
}

/** The variables as the name records describe them; version 8 has a long name further back. */
export function readVariables(bytes: Buffer, count: number, size: number, isVersion8: boolean): XptVariable[] {
  return Array.from({ length: count }, (_, index) => {
    const at = index * size;
    const longName = isVersion8 ? textAt(bytes, at + 88, 32) : "";
    return {
      isNumeric: bytes.readInt16BE(at) === 1,
      length: bytes.readInt16BE(at + 4),
      name: longName || textAt(bytes, at + 8, 8),
      label: textAt(bytes, at + 16, 40),
      format: textAt(bytes, at + 56, 8),
      position: bytes.readInt32BE(at + 84),
    };
  });
}

/** Long labels (and in version 9 formats) of version 8 files, which stand behind the name records. */
export function applyLongLabels(bytes: Buffer, count: number, isVersion9: boolean, variables: XptVariable[]): void {
  const fixed = isVersion9 ? 10 : 6;
  let at = 0;
  for (let index = 0; index < count && at + fixed <= bytes.length; index++) {
    const lengths = Array.from({ length: fixed / 2 }, (_, field) => bytes.readUInt16BE(at + field * 2));
    const [number = 0, nameLength = 0, labelLength = 0, formatLength = 0, informatLength = 0] = lengths;
    const start = at + fixed;
    const variable = variables[number - 1];
    if (variable !== undefined) {
      variable.name = textAt(bytes, start, nameLength) || variable.name;
      variable.label = textAt(bytes, start + nameLength, labelLength) || variable.label;
      variable.format = textAt(bytes, start + nameLength + labelLength, formatLength) || variable.format;
    }
    at = start + nameLength + labelLength + formatLength + informatLength;
  }
}

export function textAt(bytes: Buffer, start: number, length: number): string {
  return decodeXptText(bytes, start, start + length).trim();
}

/** Transport files do not name their encoding: what is not UTF-8 is taken for Windows-1252, SAS's usual one. */
export function decodeXptText(bytes: Buffer, start: number, end: number): string {
  const part = bytes.subarray(start, end);
  for (let index = 0; index < part.length; index++) {
    if ((part[index] ?? 0) >= 0x80) return decodeWide(part);
  }
  return part.toString("latin1");
}

const strictUtf8 = new TextDecoder("utf-8", { fatal: true });
const windows1252 = new TextDecoder("windows-1252");

function decodeWide(part: Buffer): string {
  try {
    return strictUtf8.decode(part);
  } catch {
    // Not UTF-8, so it is the older encoding, which has a letter for every byte.
    return windows1252.decode(part);
  }
}
