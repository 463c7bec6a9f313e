import type { Request } from "express";
import { expect, test } from "vitest";
import { clientAddress, isLoopback, networkOf } from "./client-address.ts";

const from = (ip: string | undefined, remoteAddress: string | undefined) =>
  clientAddress({ ip, socket: { remoteAddress } } as unknown as Request);

test("an address is written one way, however it came", () => {
  expect(from("::ffff:203.0.113.7", "10.0.0.1")).toBe("203.0.113.7");
  expect(from("2001:DB8:0:0:0:0:0:1", "10.0.0.1")).toBe("2001:db8::1");
});

test("what is no address does not count for one", () => {
  for (const told of ["unknown", "_hidden", "203.0.113.7:4711", "127", "", undefined]) {
    expect(from(told, "::ffff:10.0.0.1")).toBe("10.0.0.1");
  }
  expect(from(undefined, undefined)).toBe("unknown");
});

test("all addresses of a /64 count as one client, those of IPv4 each for itself", () => {
  expect(networkOf("2001:db8:1:2:3:4:5:6")).toBe("2001:db8:1:2::/64");
  expect(networkOf("2001:db8:1:2::")).toBe("2001:db8:1:2::/64");
  expect(networkOf("2001:db8:1:3::1")).toBe("2001:db8:1:3::/64");
  expect(networkOf("203.0.113.7")).toBe("203.0.113.7");
  expect(networkOf("unknown")).toBe("unknown");
});

test("this machine is known by its addresses", () => {
  expect(["127.0.0.1", "127.8.9.1", "::1"].every(isLoopback)).toBe(true);
  expect(["10.0.0.1", "2001:db8::1", "unknown", "::"].some(isLoopback)).toBe(false);
});
