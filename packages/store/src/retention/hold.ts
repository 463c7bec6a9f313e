/** The condition that a row's metadata ask for it to be kept, whatever its time. */
export const HELD = `metadata <> '{}' and metadata @> '{"hold": "true"}'`;

/** The same of metadata that are not in a row. */
export function isHeld(metadata: Readonly<Record<string, string>>): boolean {
  return metadata.hold === "true";
}
