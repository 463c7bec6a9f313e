const BIAS = 64;
const FRACTION = 2 ** -56;

/** A number of an IBM mainframe, 2 to 8 bytes long, as SAS transport files have it; null where it is missing. */
export function readIbmNumber(bytes: Buffer, start: number, length: number): number | null {
  const first = bytes[start] ?? 0;
  let mantissa = 0;
  for (let index = 1; index < 8; index++) {
    mantissa = mantissa * 256 + (index < length ? (bytes[start + index] ?? 0) : 0);
  }
  if (mantissa === 0) return isMissingMark(first) ? null : 0;
  const value = asWritten(mantissa * FRACTION * 16 ** ((first & 0x7f) - BIAS));
  return (first & 0x80) === 0 ? value : -value;
}

/** `.`, `._` and `.A` to `.Z` are missing; SAS tells them apart, a table does not. */
function isMissingMark(first: number): boolean {
  return first === 0x2e || first === 0x5f || (first >= 0x41 && first <= 0x5a);
}

/**
 * Writers cut off what does not fit the IBM fraction instead of rounding, so 0.4 comes back as 0.39999999999999997. A
 * decimal of 15 digits that is no further away than that error is what was meant.
 */
function asWritten(value: number): number {
  const decimal = Number(value.toPrecision(15));
  return Math.abs(decimal - value) <= Math.abs(value) * 2 ** -52 ? decimal : value;
}
