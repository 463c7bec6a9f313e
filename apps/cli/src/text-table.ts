import { oneLine } from "./one-line.ts";

/** Lines of cells as text, each column as wide as its widest cell. */
export function textTable(given: readonly (readonly string[])[]): string {
  const lines = given.map((line) => line.map(oneLine));
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
