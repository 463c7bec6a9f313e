import { expect, test } from "vitest";
import { repeatStrategy } from "./maintenance-queue.ts";

test("BullMQ is given the times of the record, of which none is left out where there is no midnight", () => {
  const daily = { pattern: "0 0 * * *", tz: "America/Sao_Paulo" };
  const next = (after: string) => new Date(Number(repeatStrategy(Date.parse(after), daily))).toISOString();
  expect(next("2018-11-03T03:00:00Z")).toBe("2018-11-04T03:00:00.000Z");
  expect(next("2018-11-04T03:00:00Z")).toBe("2018-11-05T02:00:00.000Z");
});
