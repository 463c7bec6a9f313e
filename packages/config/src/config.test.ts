import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { ConfigError, parseConfig, VARIABLE_NAMES, WORKER_QUEUES } from "./config.ts";

function complaintOf(environment: Record<string, string>): string {
  try {
    parseConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error("The environment was accepted.");
}

test("nothing configured is the embedded size on loopback, without keys", () => {
  const config = parseConfig({});
  expect(config).toMatchObject({ host: "127.0.0.1", port: 8000, databaseUrl: null, openaiApiKey: null, auth: "off" });
});

test("an empty value counts as unset", () => {
  expect(parseConfig({ PORT: "", DATABASE_URL: "" })).toMatchObject({ port: 8000, databaseUrl: null });
});

test.each([
  ["PORT", "99999"],
  ["PORT", "8e3"],
  ["PORT", "-1"],
  ["DATABASE_URL", "mysql://localhost/x"],
  ["REDIS_URL", "redis://:p@ss@127.0.0.1"],
  ["LOG_LEVEL", "loud"],
  ["OPENAI_BASE_URL", "not a url"],
  ["WORKER_CONCURRENCY", "10001"],
  ["WEBHOOK_ALLOW_PRIVATE", "perhaps"],
  ["WEBHOOK_RETRY_SCHEDULE", "5s,5x"],
  ["WEBHOOK_RETRY_SCHEDULE", "5s,,5m"],
  ["WEBHOOK_RETRY_SCHEDULE", "31d"],
])("a bad %s is refused by name and its value %s is not repeated", (name, value) => {
  const complaint = complaintOf({ [name]: value });
  expect(complaint).toContain(`${name}:`);
  expect(complaint).not.toContain(value);
});

test.each([
  ["RETENTION_DAYS", 1, 36_500],
  ["PORT", 0, 65_535],
  ["METRICS_PORT", 0, 65_535],
  ["DATABASE_MAX_CONNECTIONS", 6, 1000],
  ["REQUEST_TIMEOUT_SECONDS", 10, 3600],
  ["SANDBOX_PROCESSES", 1, 256],
] as const)("a %s that is no whole number or out of its range is told the range", (name, minimum, maximum) => {
  const complaint = `The configuration is not valid: ${name}: must be a whole number from ${minimum} to ${maximum}`;
  for (const value of ["-1", "2.5", "many", "1e2", String(minimum - 1), String(maximum + 1), "9".repeat(400)]) {
    expect(complaintOf({ [name]: value }), value).toBe(complaint);
  }
  for (const value of [minimum, maximum]) expect(() => parseConfig({ [name]: String(value) })).not.toThrow();
});

test("a relative data folder is a folder of where the process started, whoever uses it and from where", () => {
  expect(parseConfig({}).dataDir).toBe(resolve(".pharmadb"));
  expect(parseConfig({ PHARMADB_DATA_DIR: "../data" }).dataDir).toBe(resolve("../data"));
  expect(parseConfig({ PHARMADB_DATA_DIR: "/srv/data" }).dataDir).toBe("/srv/data");
});

test("every bad variable is named at once", () => {
  const complaint = complaintOf({ PORT: "x", LOG_LEVEL: "y" });
  expect(complaint).toContain("PORT:");
  expect(complaint).toContain("LOG_LEVEL:");
});

test("a DATABASE_URL whose password is not percent-encoded is named and not shown", () => {
  const complaint = complaintOf({ DATABASE_URL: "postgres://user:100%sure@db/pharmadb" });
  expect(complaint).toMatch(/DATABASE_URL: .*percent-encoded/);
  expect(complaint).not.toContain("sure");
  expect(complaintOf({ DATABASE_URL: "postgres://us%er@db/pharmadb" })).toContain("DATABASE_URL:");
  expect(complaintOf({ DATABASE_URL: "db" })).toBe(
    "The configuration is not valid: DATABASE_URL: must be a postgres:// URL",
  );
});

test("a worker serves every queue unless some are named", () => {
  expect(parseConfig({}).workerQueues).toEqual(WORKER_QUEUES);
  expect(parseConfig({ WORKER_QUEUES: " research, research" }).workerQueues).toEqual(["research"]);
});

test.each(["researchers", "research,", "research,no such queue"])(
  "the queue list %j is refused with the names that there are",
  (list) => {
    expect(complaintOf({ WORKER_QUEUES: list })).toMatch(/WORKER_QUEUES: there is no queue ".*"; there are research, /);
  },
);

test("Supabase needs an address and a key, and one without the other is refused by the name of what is missing", () => {
  const [SUPABASE_URL, SUPABASE_SERVICE_KEY] = ["https://x.supabase.co/", "secret"];
  expect(parseConfig({}).supabase).toBeNull();
  expect(parseConfig({ SUPABASE_URL, SUPABASE_SERVICE_KEY }).supabase).toEqual({
    url: "https://x.supabase.co",
    serviceKey: "secret",
    bucket: "pharmadb",
    maxConnections: 20,
    issuer: "https://x.supabase.co/auth/v1",
    tenantClaim: ["app_metadata", "tenant_id"],
  });
  expect(complaintOf({ SUPABASE_URL })).toContain(" SUPABASE_SERVICE_KEY: needed");
  expect(complaintOf({ SUPABASE_SERVICE_KEY })).toContain(" SUPABASE_URL: needed");
  for (const claim of ["a..b", "user_metadata.tenant_id"]) {
    expect(complaintOf({ SUPABASE_TENANT_CLAIM: claim })).toContain("SUPABASE_TENANT_CLAIM:");
  }
});

test("what is set of a Supabase project without its address is refused by name, all of it at once", () => {
  const idle = {
    SUPABASE_BUCKET: "trial-files",
    SUPABASE_MAX_CONNECTIONS: "7",
    SUPABASE_JWT_ISSUER: "https://auth.example.com",
    SUPABASE_TENANT_CLAIM: "app_metadata.team",
  };
  for (const [name, value] of Object.entries(idle)) {
    expect(complaintOf({ [name]: value })).toBe(
      `The configuration is not valid: ${name}: has no effect without SUPABASE_URL; set both or neither.`,
    );
  }
  const all = complaintOf(idle);
  for (const name of Object.keys(idle)) expect(all).toContain(`\n  ${name}: `);
  // As docker-compose.yml passes on what is not set.
  const empty = Object.fromEntries(Object.keys(idle).map((name) => [name, ""]));
  expect(parseConfig({ ...empty, SUPABASE_URL: "", SUPABASE_SERVICE_KEY: "" }).supabase).toBeNull();
  const project = { SUPABASE_URL: "https://x.supabase.co", SUPABASE_SERVICE_KEY: "secret" };
  expect(parseConfig({ ...idle, ...project }).supabase).toMatchObject({
    bucket: "trial-files",
    maxConnections: 7,
    issuer: "https://auth.example.com",
    tenantClaim: ["app_metadata", "team"],
  });
});

test("a Redis is of no use without a database that others share", () => {
  expect(complaintOf({ REDIS_URL: "redis://127.0.0.1" })).toContain("REDIS_URL: needs DATABASE_URL");
  const config = parseConfig({ REDIS_URL: "redis://127.0.0.1", DATABASE_URL: "postgres://127.0.0.1/db" });
  expect(config.redis).toMatchObject({ kind: "server", hosts: [{ host: "127.0.0.1", port: 6379 }] });
});

test("authentication cannot be off where other machines can reach the service", () => {
  expect(complaintOf({ HOST: "0.0.0.0", AUTH: "off" })).toContain("AUTH:");
  expect(parseConfig({ HOST: "0.0.0.0" }).auth).toBe("on");
  expect(parseConfig({ HOST: "127.0.0.2" }).auth).toBe("off");
});

test("the proxies to believe are a number of them or their addresses, and never everyone", () => {
  expect(parseConfig({}).trustProxy).toBeNull();
  expect(parseConfig({ TRUST_PROXY: "2" }).trustProxy).toBe(2);
  expect(parseConfig({ TRUST_PROXY: "loopback, 10.0.0.0/8,2001:db8::1" }).trustProxy).toEqual([
    "loopback",
    "10.0.0.0/8",
    "2001:db8::1",
  ]);
  expect(complaintOf({ TRUST_PROXY: "true" })).toMatch(/TRUST_PROXY: with "true" each client could forge its address/);
  for (const value of ["0", "11", "0.0.0.0/0", "::/0", "10.0.0.0/33", "10.0.0.0/8/8", "nginx", "10.0.0.1,", "false"]) {
    expect(complaintOf({ TRUST_PROXY: value }), value).toMatch(/TRUST_PROXY: must be how many proxies/);
  }
});

test("without keys an address of another machine may submit ten a minute, and this machine as it likes unless told", () => {
  expect(parseConfig({})).toMatchObject({ rateLimitPerMinute: 10, rateLimitLoopback: false });
  expect(parseConfig({ RATE_LIMIT_PER_MINUTE: "10" })).toMatchObject({ rateLimitLoopback: true });
});

test("a tenant may have a quarter of the streams open, or as many as is set", () => {
  expect(parseConfig({}).maxStreamsPerTenant).toBe(500);
  expect(parseConfig({ MAX_CONCURRENT_REQUESTS: "10" }).maxStreamsPerTenant).toBe(50);
  expect(parseConfig({ MAX_STREAMS_PER_TENANT: "7" }).maxStreamsPerTenant).toBe(7);
});

test("the example file names exactly the variables that are read", () => {
  const example = readFileSync(new URL("../../../.env.example", import.meta.url), "utf8");
  const named = [...example.matchAll(/^#?\s?([A-Z][A-Z_]+)=/gm)].map((match) => match[1]);
  expect(named.sort()).toEqual([...VARIABLE_NAMES].sort());
});

test("a configuration cannot be changed after the start", () => {
  expect(Object.isFrozen(parseConfig({}))).toBe(true);
});

test("the retry schedule of webhooks is read in its units", () => {
  const hour = 3_600_000;
  expect(parseConfig({}).webhookRetryMs).toEqual(
    [5 / 3600, 5 / 60, 0.5, 2, 5, 10, 14, 20, 24].map((hours) => hours * hour),
  );
  expect(parseConfig({ WEBHOOK_RETRY_SCHEDULE: "1s, 2m,3d" }).webhookRetryMs).toEqual([1000, 120_000, 72 * hour]);
});
