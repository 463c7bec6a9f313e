import { expect, test } from "vitest";
import { emptyReport, openWorld } from "../testing/open-world.ts";

test("a worker that serves maintenance alone queues a lost job and leaves it to one that serves research", async () => {
  await using world = await openWorld();
  const id = await world.create();
  const ran: string[] = [];
  const run = (place: string) => async () => {
    ran.push(place);
    return emptyReport();
  };
  await using _maintenance = await world.start(run("maintenance"), { queues: ["maintenance"] });
  expect(await world.queues.research.counts()).toMatchObject({ waiting: 1 });
  await using _research = await world.start(run("research"), { queues: ["research"] });
  expect(await world.untilEnd(id)).toMatchObject({ status: "completed" });
  expect(ran).toEqual(["research"]);
});

test("a worker that serves research alone leaves a lost job to maintenance", async () => {
  await using world = await openWorld();
  const lost = await world.create();
  await using _research = await world.start(async () => emptyReport(), { queues: ["research"] });
  const queued = await world.submit();
  expect(await world.untilEnd(queued)).toMatchObject({ status: "completed" });
  expect(await world.queues.research.missing([lost])).toEqual([lost]);
  await using _maintenance = await world.start(async () => emptyReport(), { queues: ["maintenance"] });
  expect(await world.untilEnd(lost)).toMatchObject({ status: "completed" });
});
