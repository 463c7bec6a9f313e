const SEGMENT = /^[A-Za-z0-9_-][A-Za-z0-9_.-]*$/;

/** The parts of a key. A key that could name anything outside its storage, or a hidden file, is refused. */
export function storageSegments(key: string): string[] {
  const segments = key.split("/");
  if (!segments.every((segment) => SEGMENT.test(segment))) throw new Error(`Not a storage key: ${JSON.stringify(key)}`);
  return segments;
}
