import { type CronExpression, CronExpressionParser } from "cron-parser";
import { offsetChange, zoneOffsetMs } from "./time-zone.ts";

const FIELDS = ["minute", "hour", "day of the month", "month", "day of the week"];
const HOURS_OF_A_DAY = 24;
const NAMES = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|sun|mon|tue|wed|thu|fri|sat";
/** Not `H`, which the parser takes for some number of its choice, another one each time. */
const FIELD = new RegExp(`^(?:[\\d*/,?#L-]|${NAMES})+$`, "i");
/** No zone is further from UTC than that, also not around a change of its clocks. */
const FAR_MS = 26 * 3_600_000;

/** When something is to happen again and again: five cron fields, read as the clocks of a time zone show it. */
export type Recurrence = { cron: string; timezone: string };

/** What is wrong with a cron expression; null where it is one, and names times that will come. */
export function cronFault(cron: string): string | null {
  const fields = cron.trim().split(/\s+/);
  if (fields.length !== FIELDS.length) {
    return `Five fields: ${FIELDS.join(", ")}.`;
  }
  const odd = fields.find((field) => !FIELD.test(field));
  if (odd !== undefined) return `"${odd}" is no cron field.`;
  try {
    wallClock(cron, Date.now()).next();
    return null;
  } catch (error) {
    const { message } = error as Error;
    if (/loop limit|explicit day of month/i.test(message)) return "This never happens.";
    const wrong = fields.findIndex((field, at) => !isField(field, at));
    return `Not a cron expression: ${wrong === -1 ? "" : `${FIELDS[wrong]} "${fields[wrong]}": `}${message}.`;
  }
}

function isField(field: string, at: number): boolean {
  try {
    return wallClock(FIELDS.map((_, index) => (index === at ? field : "*")).join(" "), 0) !== null;
  } catch {
    return false;
  }
}

/**
 * The first time after `after` that the expression names.
 *
 * Where clocks are put forward, what is named between happens once, when they have been; where they are put back, what
 * is named happens at the first of both times. So a daily time comes once on every day. An expression for every hour of
 * the day is about hours that pass rather than about what clocks show: it goes on through both.
 */
export function nextTick({ cron, timezone }: Recurrence, after: Date): Date {
  const afterMs = after.getTime();
  return new Date(isHourly(cron) ? nextPassing(cron, timezone, afterMs) : nextShown(cron, timezone, afterMs));
}

/** The last time by `now` that the expression names, given that `due` was one of them and has passed. */
export function lastTick(recurrence: Recurrence, { due, now }: { due: Date; now: Date }): Date {
  let [before, last] = [due.getTime() - 1, now.getTime()];
  while (last - before > 1) {
    const middle = Math.floor((before + last) / 2);
    if (nextTick(recurrence, new Date(middle)).getTime() <= now.getTime()) before = middle;
    else last = middle;
  }
  return new Date(last);
}

/** The times that clocks show, as if they were UTC. */
function wallClock(cron: string, afterMs: number): CronExpression {
  return CronExpressionParser.parse(cron.trim(), { tz: "UTC", currentDate: new Date(afterMs) });
}

function isHourly(cron: string): boolean {
  return wallClock(cron, 0).fields.hour.values.length === HOURS_OF_A_DAY;
}

function nextShown(cron: string, timezone: string, afterMs: number): number {
  const shown = wallClock(cron, afterMs + zoneOffsetMs(timezone, afterMs));
  for (;;) {
    const instant = instantOf(shown.next().getTime(), timezone);
    // Not so in the second of two equal hours, and where what clocks left out has happened at once.
    if (instant > afterMs) return instant;
  }
}

/** When the clocks of a zone first show a time; where they never do, when they have been put forward. */
function instantOf(shownMs: number, timezone: string): number {
  const [early, late] = [shownMs - FAR_MS, shownMs + FAR_MS];
  for (const offset of [zoneOffsetMs(timezone, early), zoneOffsetMs(timezone, late)]) {
    if (zoneOffsetMs(timezone, shownMs - offset) === offset) return shownMs - offset;
  }
  return offsetChange(timezone, early, late);
}

function nextPassing(cron: string, timezone: string, afterMs: number): number {
  let from = afterMs;
  let offset = zoneOffsetMs(timezone, from);
  for (;;) {
    const instant =
      wallClock(cron, from + offset)
        .next()
        .getTime() - offset;
    if (zoneOffsetMs(timezone, instant) === offset) return instant;
    // What the old clocks would have shown after the change, the new ones show at another time.
    const change = offsetChange(timezone, from, instant);
    from = change - 1;
    offset = zoneOffsetMs(timezone, change);
  }
}
