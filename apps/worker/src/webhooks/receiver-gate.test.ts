import { expect, test } from "vitest";
import { createReceiverGate, type Place } from "./receiver-gate.ts";

const LIMITS = { perReceiver: 2, threshold: 3, openMs: 1000, maxOpenMs: 3000 };

function gateAt() {
  const clock = { now: 0 };
  return { clock, gate: createReceiverGate(LIMITS, () => clock.now) };
}

function entered(place: Place | null): Place {
  if (!place) throw new Error("There is no place.");
  return place;
}

test("a receiver has so many places and no more, and takes none from another", () => {
  const { gate } = gateAt();
  const first = entered(gate.enter("a"));
  entered(gate.enter("a"));
  expect(gate.enter("a")).toBeNull();
  expect(gate.blocked()).toEqual(["a"]);
  entered(gate.enter("b"));
  first[Symbol.dispose]();
  expect(gate.blocked()).toEqual([]);
  entered(gate.enter("a"));
});

test("one that is down is left alone for a while that doubles, with one attempt between, until it is well again", () => {
  const { gate, clock } = gateAt();
  const attempt = (isDown: boolean) => {
    using place = entered(gate.enter("a"));
    place.report(isDown);
    return place.mayGoOn();
  };
  expect([attempt(true), attempt(true)]).toEqual([true, true]);
  const late = entered(gate.enter("a"));
  expect(attempt(true)).toBe(false);
  // It was on its way already.
  late.report(true);
  late[Symbol.dispose]();
  for (const waitMs of [1000, 2000, 3000, 3000]) {
    expect(gate.blocked()).toEqual(["a"]);
    clock.now += waitMs - 1;
    expect(gate.enter("a")).toBeNull();
    clock.now += 1;
    expect(gate.blocked()).toEqual([]);
    const probe = entered(gate.enter("a"));
    expect(gate.enter("a")).toBeNull();
    expect(gate.blocked()).toEqual(["a"]);
    probe.report(true);
    probe[Symbol.dispose]();
  }
  clock.now += 3000;
  expect(attempt(false)).toBe(true);
  entered(gate.enter("a"));
  entered(gate.enter("a"));
});

test("failures count as down only in a row", () => {
  const { gate } = gateAt();
  for (const isDown of [true, true, false, true, true]) {
    using place = entered(gate.enter("a"));
    place.report(isDown);
  }
  expect(gate.enter("a")).not.toBeNull();
});
