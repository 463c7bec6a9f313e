import { expect, test } from "vitest";
import { RedisUrl } from "./redis-url.ts";

const NOTHING = {
  kind: "server",
  group: null,
  db: 0,
  username: null,
  password: null,
  sentinelPassword: null,
  tls: false,
  caPath: null,
};
const local = (port: number) => ({ host: "127.0.0.1", port });

test.each([
  ["redis://127.0.0.1", { hosts: [local(6379)] }],
  ["redis://127.0.0.1:7000/", { hosts: [local(7000)] }],
  ["redis://[::1]:7000/3", { hosts: [{ host: "::1", port: 7000 }], db: 3 }],
  ["rediss://cache.example.com/1", { hosts: [{ host: "cache.example.com", port: 6379 }], tls: true, db: 1 }],
  ["redis://:p%40ss%2Fw%3Ard@127.0.0.1", { hosts: [local(6379)], password: "p@ss/w:rd" }],
  ["redis://me:secret@127.0.0.1", { hosts: [local(6379)], username: "me", password: "secret" }],
  ["rediss://127.0.0.1?sslrootcert=/etc/ca.pem", { hosts: [local(6379)], tls: true, caPath: "/etc/ca.pem" }],
  [
    "redis+sentinel://:secret@127.0.0.1,127.0.0.1:5000/mymaster/2?sentinelPassword=other",
    {
      ...{ kind: "sentinel", hosts: [local(26_379), local(5000)], group: "mymaster", db: 2 },
      ...{ password: "secret", sentinelPassword: "other" },
    },
  ],
  ["rediss+cluster://127.0.0.1:7000,127.0.0.1:7001", { kind: "cluster", hosts: [local(7000), local(7001)], tls: true }],
])("%s says where the Redis is", (url, target) => {
  expect(RedisUrl.parse(url)).toEqual({ ...NOTHING, ...target });
});

test.each([
  ["http://127.0.0.1", "begins with one of redis://"],
  ["127.0.0.1:6379", "begins with one of redis://"],
  ["redis://", "begins with one of redis://"],
  ["redis://:to/p@127.0.0.1", "percent-encoded"],
  ["redis://:100%@127.0.0.1", "percent-encoded"],
  ["redis://password@127.0.0.1", ":password@"],
  ["redis://127.0.0.1:99999", "name:port"],
  ["redis://127.0.0.1/first", "number of a database"],
  ["redis://127.0.0.1,127.0.0.2", "+sentinel or +cluster"],
  ["redis+sentinel://127.0.0.1", "…/group"],
  ["redis+cluster://127.0.0.1/1", "only number 0"],
  ["redis://127.0.0.1?sslrootcert=/etc/ca.pem", "needs rediss"],
  ["redis://127.0.0.1?sentinelPassword=x", "no sentinels"],
  ["redis://127.0.0.1?family=6", "neither sslrootcert nor"],
])("%s is refused with the reason, which does not repeat it", (url, reason) => {
  const message = RedisUrl.safeParse(url).error?.issues[0]?.message ?? "";
  expect(message).toContain(reason);
  expect(message).not.toContain(url.slice(url.indexOf("//") + 2) || "nothing to repeat");
});
