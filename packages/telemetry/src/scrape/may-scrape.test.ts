import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { expect, test } from "vitest";
import { mayScrape } from "./may-scrape.ts";

const TOKEN = "a-token-of-some-length";

function from(remoteAddress: string, headers: IncomingHttpHeaders = {}) {
  return { socket: { remoteAddress } as IncomingMessage["socket"], headers };
}

test.each(["127.0.0.1", "127.8.0.1", "::1", "::ffff:127.0.0.1"])("without a token %s may", (address) => {
  expect(mayScrape(from(address), null)).toBe(true);
});

test.each(["10.0.0.1", "192.168.1.5", "::ffff:10.0.0.1", "fe80::1", "1127.0.0.1", ""])(
  "without a token %s may not",
  (address) => {
    expect(mayScrape(from(address), null)).toBe(false);
  },
);

test.each(["x-forwarded-for", "forwarded", "x-real-ip", "via"])(
  "without a token nobody may through a proxy that says so in %s",
  (name) => {
    expect(mayScrape(from("127.0.0.1", { [name]: "127.0.0.1" }), null)).toBe(false);
  },
);

test("with a token it alone counts", () => {
  expect(mayScrape(from("203.0.113.5", { authorization: `Bearer ${TOKEN}` }), TOKEN)).toBe(true);
  expect(mayScrape(from("127.0.0.1"), TOKEN)).toBe(false);
  for (const given of [TOKEN, `Bearer ${TOKEN}x`, "Bearer ", `Basic ${TOKEN}`]) {
    expect(mayScrape(from("127.0.0.1", { authorization: given }), TOKEN), given).toBe(false);
  }
});
