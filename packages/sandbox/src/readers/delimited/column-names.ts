import { looksLike } from "../value-types.ts";

/** Whether the first record names the columns: it does unless its values look like those below it. */
export function hasHeader(records: string[][]): boolean {
  const [first, ...rest] = records;
  if (first === undefined) return false;
  if (first.every((value) => value.trim() === "")) return false;
  if (rest.length === 0) return first.every((value) => typeOf(value) === "text");
  let speaksAgainst = false;
  for (const [index, value] of first.entries()) {
    const below = rest.map((record) => record[index] ?? "").filter((cell) => cell !== "");
    const types = new Set(below.map(typeOf));
    if (types.size !== 1 || types.has("text")) continue;
    if (typeOf(value) === "text") return true;
    speaksAgainst = true;
  }
  return !speaksAgainst;
}

function typeOf(value: string): string {
  return looksLike(value) ?? "text";
}

/** The names as the file has them, made unique without regard to case, with names for columns that have none. */
export function columnNames(header: string[], columns: number): string[] {
  const taken = new Set<string>();
  return Array.from({ length: columns }, (_, index) => {
    const given = (header[index] ?? "").trim() || `column${index + 1}`;
    let name = given;
    for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${given}_${n}`;
    taken.add(name.toLowerCase());
    return name;
  });
}
