import fc from "fast-check";
import { expect, test } from "vitest";
import { cronFault, lastTick, nextTick, type Recurrence } from "./cron.ts";
import { isTimeZone } from "./time-zone.ts";

/** So many ticks from a time on. */
function ticks(cron: string, timezone: string, from: string, count: number): string[] {
  const found: string[] = [];
  for (let at = new Date(from); found.length < count; found.push(at.toISOString().replace(":00.000Z", "Z"))) {
    at = nextTick({ cron, timezone }, at);
  }
  return found;
}

test("a daily time between two o'clock and three comes once on the days on which clocks change", () => {
  expect(ticks("30 2 * * *", "Europe/Berlin", "2026-03-28T00:00Z", 3)).toEqual([
    "2026-03-28T01:30Z",
    // There was no half past two: at three, when it would have been over.
    "2026-03-29T01:00Z",
    "2026-03-30T00:30Z",
  ]);
  expect(ticks("30 2 * * *", "Europe/Berlin", "2026-10-24T00:00Z", 3)).toEqual([
    "2026-10-24T00:30Z",
    "2026-10-25T00:30Z",
    "2026-10-26T01:30Z",
  ]);
});

test("midnights that there are not, and changes by half an hour, leave no day out", () => {
  expect(ticks("0 0 * * *", "America/Sao_Paulo", "2018-11-02T12:00Z", 3)).toEqual([
    "2018-11-03T03:00Z",
    "2018-11-04T03:00Z",
    "2018-11-05T02:00Z",
  ]);
  expect(ticks("0 2 * * *", "Australia/Lord_Howe", "2026-10-02T12:00Z", 3)).toEqual([
    "2026-10-02T15:30Z",
    "2026-10-03T15:30Z",
    "2026-10-04T15:00Z",
  ]);
});

test("what the clocks left out comes once, however often it is named, and in order with the rest", () => {
  expect(ticks("30,45 2,3 * * *", "Europe/Berlin", "2026-03-29T00:00Z", 4)).toEqual([
    "2026-03-29T01:00Z",
    "2026-03-29T01:30Z",
    "2026-03-29T01:45Z",
    "2026-03-30T00:30Z",
  ]);
});

test("an expression for every hour goes on through hours that are repeated or left out", () => {
  expect(ticks("0 * * * *", "Europe/Berlin", "2026-10-24T23:30Z", 3)).toEqual([
    "2026-10-25T00:00Z",
    "2026-10-25T01:00Z",
    "2026-10-25T02:00Z",
  ]);
  expect(ticks("0 * * * *", "Europe/Berlin", "2026-03-28T23:30Z", 3)).toEqual([
    "2026-03-29T00:00Z",
    "2026-03-29T01:00Z",
    "2026-03-29T02:00Z",
  ]);
  expect(ticks("*/15 * * * *", "Australia/Lord_Howe", "2026-04-04T14:25Z", 5)).toEqual([
    "2026-04-04T14:30Z",
    "2026-04-04T14:45Z",
    "2026-04-04T15:00Z",
    "2026-04-04T15:15Z",
    "2026-04-04T15:30Z",
  ]);
});

test("of the ticks that were missed the last is found", () => {
  const minutely: Recurrence = { cron: "* * * * *", timezone: "UTC" };
  const due = new Date("2026-01-01T00:00:00Z");
  expect(lastTick(minutely, { due, now: new Date("2026-02-03T04:05:06.789Z") })).toEqual(
    new Date("2026-02-03T04:05:00Z"),
  );
  expect(lastTick(minutely, { due, now: due })).toEqual(due);
  expect(lastTick({ cron: "0 9 * * mon", timezone: "Europe/Berlin" }, { due, now: new Date("2026-01-13") })).toEqual(
    new Date("2026-01-12T08:00:00Z"),
  );
});

const recurrence = fc.record({
  cron: fc.constantFrom(
    "*/7 * * * *",
    "15 * * * *",
    "30 2 * * *",
    "0 0 * * *",
    "*/20 1-3 * * *",
    "0 12 1 * *",
    "5 3 * * sun",
  ),
  timezone: fc.constantFrom(
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "Asia/Kolkata",
  ),
});
const instant = fc.date({ min: new Date("2015-01-01"), max: new Date("2035-01-01"), noInvalidDate: true });

test("property: the next tick is later, no tick is between, and it is the last one until the one after it", () => {
  fc.assert(
    fc.property(recurrence, instant, fc.double({ min: 0, max: 1, noNaN: true }), (each, after, share) => {
      const next = nextTick(each, after);
      expect(next.getTime()).toBeGreaterThan(after.getTime());
      const between = new Date(after.getTime() + Math.floor((next.getTime() - 1 - after.getTime()) * share));
      expect(nextTick(each, between)).toEqual(next);
      const following = nextTick(each, next);
      const now = new Date(next.getTime() + Math.floor((following.getTime() - 1 - next.getTime()) * share));
      expect(lastTick(each, { due: next, now })).toEqual(next);
    }),
  );
});

test("property: a daily time comes once in each day of its place", () => {
  const dayOf = (timezone: string, at: Date) => new Intl.DateTimeFormat("en-CA", { timeZone: timezone }).format(at);
  fc.assert(
    fc.property(recurrence, instant, fc.integer({ min: 0, max: 23 }), ({ timezone }, from, hour) => {
      const daily = { cron: `30 ${hour} * * *`, timezone };
      let tick = nextTick(daily, from);
      for (let count = 0; count < 5; count++) {
        const next = nextTick(daily, tick);
        const [year = 0, month = 0, day = 0] = dayOf(timezone, tick).split("-").map(Number);
        expect(dayOf(timezone, next)).toBe(new Date(Date.UTC(year, month - 1, day + 1)).toISOString().slice(0, 10));
        tick = next;
      }
    }),
  );
});

test("what is no cron expression of five fields is refused with a reason", () => {
  for (const cron of [
    "0 6 * * *",
    "*/5 0-6 1,15 * mon-fri",
    " 0  6 * * MON ",
    "0 0 29 2 *",
    "0 0 L * *",
    "0 0 * * 1#2",
  ]) {
    expect(cronFault(cron), cron).toBeNull();
  }
  for (const cron of [
    "",
    "@daily",
    "* * * * * *",
    "* * * *",
    "61 * * * *",
    "H H * * *",
    "0 0 30 2 *",
    "0 0 31 4,6 *",
    "a b c d e",
    "*/0 * * * *",
  ]) {
    expect(cronFault(cron), cron).toMatch(/\w/);
  }
  expect(cronFault("0 99 * * *")).toMatch(/: hour "99": /);
  expect(cronFault("0 6 * * 1-9")).toMatch(/: day of the week "1-9": /);
  for (const cron of ["0 0 30 2 *", "0 0 31 4,6 *"]) expect(cronFault(cron), cron).toBe("This never happens.");
});

test("time zones are known by name", () => {
  for (const name of ["UTC", "Europe/Berlin", "Asia/Calcutta", "Etc/GMT+5"]) expect(isTimeZone(name), name).toBe(true);
  for (const name of ["", "+02:00", "Mars/Olympus", "Europe/Berlin\0"]) expect(isTimeZone(name), name).toBe(false);
});
