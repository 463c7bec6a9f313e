/** To the minute: 2026-11-24 02:10Z. */
export function shortTime(time: string | null, none: string): string {
  return time === null ? none : `${time.slice(0, 10)} ${time.slice(11, 16)}Z`;
}
