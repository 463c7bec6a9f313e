/** The condition that a row's metadata ask for it to be kept, whatever its time. */
export const HELD = `metadata <> '{}' and metadata @> '{"hold": "true"}'`;
