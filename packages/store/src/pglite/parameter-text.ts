/** A parameter in PostgreSQL's text format, by the same rules as `pg`, so that a statement means the same on both. */
export function parameterText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value !== "object") return String(value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString("hex")}`;
  if (Array.isArray(value)) return arrayText(value);
  return JSON.stringify(value);
}

function arrayText(values: readonly unknown[]): string {
  const elements = values.map((value) => {
    if (Array.isArray(value)) return arrayText(value);
    const text = parameterText(value);
    return text === null ? "NULL" : `"${text.replaceAll(/[\\"]/g, "\\$&")}"`;
  });
  return `{${elements.join(",")}}`;
}
