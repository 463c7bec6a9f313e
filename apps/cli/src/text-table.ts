// What others have written must not steer the terminal that shows it, or end its line.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

/** Lines of cells as text, each column as wide as its widest cell. */
export function textTable(given: readonly (readonly string[])[]): string {
  const lines = given.map((line) => line.map((cell) => cell.replace(UNSEEN, " ")));
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
