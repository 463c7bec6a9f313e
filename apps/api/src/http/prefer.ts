export const MAX_WAIT_SECONDS = 60;

/**
 * The `wait` preference of a `Prefer` header (RFC 7240) in seconds; null where there is none that makes sense. A
 * preference is a wish: more than the service grants is cut, not refused.
 */
export function preferredWait(prefer: string | undefined): number | null {
  for (const preference of (prefer ?? "").split(",")) {
    const [, seconds] = /^\s*wait\s*=\s*"?(\d{1,9})"?\s*(?:;.*)?$/i.exec(preference) ?? [];
    if (seconds !== undefined) return Math.min(Number(seconds), MAX_WAIT_SECONDS);
  }
  return null;
}
