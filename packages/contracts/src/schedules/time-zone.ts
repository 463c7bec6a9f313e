const formats = new Map<string, Intl.DateTimeFormat>();
const MINUTE_MS = 60_000;

/** Whether this is the name of a time zone: `Europe/Berlin`, not `+02:00`, which knows no summer time. */
export function isTimeZone(name: string): boolean {
  return /^[A-Za-z]/.test(name) && formatOf(name) !== null;
}

/** How far the clocks of a zone are ahead of UTC at an instant, in milliseconds. */
export function zoneOffsetMs(timezone: string, instantMs: number): number {
  const format = formatOf(timezone);
  if (!format) throw new RangeError(`There is no time zone ${timezone}.`);
  const parts: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(instantMs)) parts[type] = Number(value);
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instantMs / 1000) * 1000;
}

/** The first minute after `fromMs` at which the offset is another one, where it is by `toMs`. */
export function offsetChange(timezone: string, fromMs: number, toMs: number): number {
  const before = zoneOffsetMs(timezone, fromMs);
  let [same, changed] = [Math.floor(fromMs / MINUTE_MS), Math.ceil(toMs / MINUTE_MS)];
  while (changed - same > 1) {
    const middle = Math.floor((same + changed) / 2);
    if (zoneOffsetMs(timezone, middle * MINUTE_MS) === before) same = middle;
    else changed = middle;
  }
  return changed * MINUTE_MS;
}

/** Making one takes longer than all of its uses; null where there is no such zone. */
function formatOf(timezone: string): Intl.DateTimeFormat | null {
  const known = formats.get(timezone);
  if (known) return known;
  try {
    const numeric = {
      year: "numeric",
      month: "numeric",
      day: "numeric",
      minute: "numeric",
      second: "numeric",
    } as const;
    const format = new Intl.DateTimeFormat("en-US", {
      ...numeric,
      calendar: "gregory",
      hour: "numeric",
      hourCycle: "h23",
      timeZone: timezone,
    });
    formats.set(timezone, format);
    return format;
  } catch {
    return null;
  }
}
