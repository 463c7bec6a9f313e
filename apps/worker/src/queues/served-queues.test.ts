import { expect, test } from "vitest";
import { emptyReport, openWorld } from "../testing/open-world.ts";

test("a worker that serves maintenance alone runs no research and makes no place for it", async () => {
  await using world = await openWorld();
  const ran: string[] = [];
  const run = (place: string) => async () => {
    ran.push(place);
    return emptyReport();
  };
  await using _maintenance = await world.start(run("maintenance"), { queues: ["maintenance"] });
  const id = await world.submit();
  await using _research = await world.start(run("research"), { queues: ["research"] });
  expect(await world.untilEnd(id)).toMatchObject({ status: "completed" });
  expect(ran).toEqual(["research"]);
});
