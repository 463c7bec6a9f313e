export type ByteRange = { start: number; end: number };

/**
 * What a `Range` header asks for of `size` bytes, both ends included: one range, `whole` where the header is absent,
 * malformed, in another unit or names several ranges (a server may then send everything), or `unsatisfiable`.
 */
export function readByteRange(header: string | undefined, size: number): ByteRange | "whole" | "unsatisfiable" {
  const [, first, last] = /^bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*$/i.exec(header ?? "") ?? [];
  if (first === undefined || last === undefined || (first === "" && last === "")) return "whole";
  if (first === "") {
    const count = Math.min(Number(last), size);
    return count > 0 ? { start: size - count, end: size - 1 } : "unsatisfiable";
  }
  const start = Number(first);
  const end = last === "" ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== "" && Number(last) < start) return "whole";
  return start < size ? { start, end } : "unsatisfiable";
}
