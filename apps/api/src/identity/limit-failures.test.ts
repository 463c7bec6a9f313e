import { expect, test } from "vitest";
import { createRateCounter } from "../limits/rate-counter.ts";
import { limitFailures, MAX_FAILURES_PER_MINUTE } from "./limit-failures.ts";
import type { Principal } from "./principal.ts";

const ALICE: Principal = { tenantId: "acme", kind: "user", id: "alice", scopes: [], ratePerMinute: null };
const LIMITED = { code: "rate_limited", message: expect.stringMatching(/60 keys a minute may fail/) };

function openLimit() {
  const asked: string[] = [];
  const good = new Set(["alice's", "bob's"]);
  const authenticate = async (token: string) => {
    asked.push(token);
    if (token === "away") throw new Error("away");
    return good.has(token) ? ALICE : null;
  };
  const from = limitFailures(authenticate, createRateCounter(null));
  const guess = async (who: string | null, count: number) => {
    const answers = Array.from({ length: count }, (_, n) => from(`guess ${n}`, who));
    return (await Promise.allSettled(answers)).filter(({ status }) => status === "rejected").length;
  };
  return { from, guess, asked, good };
}

test("after sixty failures from an address its unknown tokens are looked at no more, also those sent at once", async () => {
  const { from, guess, asked } = openLimit();
  const refused = await guess("a", 500);
  expect(asked.length).toBeGreaterThanOrEqual(MAX_FAILURES_PER_MINUTE);
  expect(asked.length).toBeLessThan(MAX_FAILURES_PER_MINUTE + 20);
  expect(refused).toBe(500 - asked.length);
  asked.length = 0;
  await expect(from("guess", "a")).rejects.toMatchObject(LIMITED);
  await expect(from("bob's", "a")).rejects.toMatchObject(LIMITED);
  expect(asked).toEqual([]);
  expect(await from("guess", "b")).toBeNull();
});

test("a token that worked last time is looked at whoever fails beside it, until it works no more", async () => {
  const { from, guess, good } = openLimit();
  expect(await from("alice's", "a")).toBe(ALICE);
  await guess("a", MAX_FAILURES_PER_MINUTE);
  expect(await from("alice's", "a")).toBe(ALICE);
  good.delete("alice's");
  expect(await from("alice's", "a")).toBeNull();
  await expect(from("alice's", "a")).rejects.toMatchObject(LIMITED);
});

test("neither what works nor what cannot be looked at is a failure, and where failing is free nothing is", async () => {
  const { from, guess } = openLimit();
  for (let n = 0; n < MAX_FAILURES_PER_MINUTE; n++) await from("away", "a").catch(() => undefined);
  for (let n = 0; n < MAX_FAILURES_PER_MINUTE; n++) await from("alice's", "a");
  expect(await from("bob's", "a")).toBe(ALICE);
  expect(await guess(null, 200)).toBe(0);
  expect(await guess("a", MAX_FAILURES_PER_MINUTE)).toBe(0);
});
