import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { type RedisTarget, RedisUrl } from "@pharmadb/contracts";
import { z } from "zod";
import { RetrySchedule } from "./retry-schedule.ts";
import { TrustProxy } from "./trust-proxy.ts";

const MIB = 1024 * 1024;

/** A whole number written in digits; zod's coercion would take `1e3`, ` 5 ` and `0x10` as well. */
function integer(minimum: number, maximum: number) {
  const error = `must be a whole number from ${minimum} to ${maximum}`;
  return z
    .string()
    .regex(/^\d+$/, error)
    .transform(Number)
    .refine((value) => value >= minimum && value <= maximum, error);
}

const SUBMISSIONS_PER_MINUTE = 10;
/** Of the twenty streams for each request at once: a quarter, so that one tenant leaves places for others. */
const STREAMS_PER_TENANT_AND_REQUEST = 5;

const Port = integer(0, 65535);

/** What a worker can serve; each process serves all of it unless told otherwise. */
export const WORKER_QUEUES = ["research", "batches", "webhooks", "maintenance"] as const;
export type WorkerQueue = (typeof WORKER_QUEUES)[number];

/** Names of queues with commas between them. */
const WorkerQueues = z
  .string()
  .transform((text) => [...new Set(text.split(",").map((name) => name.trim()))])
  .pipe(
    z.array(
      z.enum(WORKER_QUEUES, {
        error: ({ input }) => `there is no queue "${input}"; there are ${WORKER_QUEUES.join(", ")}`,
      }),
    ),
  );

/** What everyone who reads such a URL decodes. */
function isPercentEncoded(text: string): boolean {
  try {
    const { username, password, pathname } = new URL(text);
    for (const part of [username, password, pathname]) decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}

const Environment = z.object({
  HOST: z.string().default("127.0.0.1"),
  PORT: Port.default(8000),
  PHARMADB_DATA_DIR: z.string().default(".pharmadb"),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: "must be a postgres:// URL", abort: true })
    .refine(isPercentEncoded, "must have its user, password and database percent-encoded")
    .optional(),
  // Three queues' workers and the wake-ups each hold one for as long as they listen.
  DATABASE_MAX_CONNECTIONS: integer(6, 1000).default(10),
  REDIS_URL: RedisUrl.optional(),
  SUPABASE_URL: z.url({ protocol: /^https?$/, error: "must be an http(s) URL" }).optional(),
  SUPABASE_SERVICE_KEY: z.string().optional(),
  SUPABASE_BUCKET: z.string().optional(),
  SUPABASE_MAX_CONNECTIONS: integer(1, 10_000).optional(),
  SUPABASE_JWT_ISSUER: z.string().optional(),
  SUPABASE_TENANT_CLAIM: z
    .string()
    .regex(/^[\w-]+(\.[\w-]+)*$/, "must be names with dots between them, such as app_metadata.tenant_id")
    .regex(/^(?!user_metadata\b)/, "cannot be in user_metadata, which users write themselves")
    .optional(),
  OPENAI_API_KEY: z.string().optional(),
  OPENAI_BASE_URL: z.url({ protocol: /^https?$/, error: "must be an http(s) URL" }).optional(),
  OPENAI_MODEL: z.string().default("gpt-5-mini"),
  OPENAI_MAX_CONNECTIONS: integer(1, 10_000).default(50),
  MODEL_REQUESTS_PER_MINUTE: integer(1, 100_000_000).optional(),
  MODEL_TOKENS_PER_MINUTE: integer(1, 100_000_000_000).optional(),
  MAX_FILE_BYTES: integer(1, 10 * 1024 * MIB).default(512 * MIB),
  MAX_CONCURRENT_REQUESTS: integer(1, 100_000).default(100),
  MAX_STREAMS_PER_TENANT: integer(1, 2_000_000).optional(),
  MAX_QUEUED_PER_TENANT: integer(1, 10_000_000).default(10_000),
  RATE_LIMIT_PER_MINUTE: integer(1, 1_000_000).optional(),
  RATE_LIMIT_PER_KEY: integer(1, 1_000_000).default(600),
  TRUST_PROXY: TrustProxy.optional(),
  REQUEST_TIMEOUT_SECONDS: integer(10, 3600).default(300),
  WORKER_CONCURRENCY: integer(1, 10_000).default(50),
  WORKER_QUEUES: WorkerQueues.default([...WORKER_QUEUES]),
  WEBHOOK_ALLOW_PRIVATE: z.stringbool({ error: "must be true or false" }).default(false),
  WEBHOOK_RETRY_SCHEDULE: RetrySchedule.prefault("5s,5m,30m,2h,5h,10h,14h,20h,24h"),
  SANDBOX_PROCESSES: integer(1, 256).optional(),
  RETENTION_DAYS: integer(1, 36_500).optional(),
  AUTH: z.enum(["on", "off"]).optional(),
  PHARMADB_API_KEY: z.string().optional(),
  METRICS_HOST: z.string().optional(),
  METRICS_PORT: Port.optional(),
  METRICS_TOKEN: z.string().min(16, "must have at least 16 characters").optional(),
  LOG_LEVEL: z.enum(["error", "warn", "info", "debug"]).default("info"),
});

/** A Supabase project, for files and users. */
export type SupabaseConfig = Readonly<{
  url: string;
  serviceKey: string;
  bucket: string;
  maxConnections: number;
  /** Who issues the tokens of its users. */
  issuer: string;
  /** Where a user's token names its tenant, from the outermost name inwards. */
  tenantClaim: readonly string[];
}>;

/** The settings of a process, read once at its start. */
export type Config = Readonly<{
  host: string;
  port: number;
  /** Folder of the embedded record, the uploaded files and the table cache; absolute, for children run elsewhere. */
  dataDir: string;
  /** Null: embedded, the record lives in `dataDir`. */
  databaseUrl: string | null;
  databaseMaxConnections: number;
  /** Null: the queues live in the database. */
  redis: RedisTarget | null;
  /** Null: files are kept in `dataDir`, and there are no users beside API keys. */
  supabase: SupabaseConfig | null;
  /** Null: the embedded analyst answers, without a language model. */
  openaiApiKey: string | null;
  openaiBaseUrl: string | null;
  openaiModel: string;
  openaiMaxConnections: number;
  /** What all workers may ask of the model's service in a minute; null: as much as they like. */
  modelRequestsPerMinute: number | null;
  modelTokensPerMinute: number | null;
  maxFileBytes: number;
  maxConcurrentRequests: number;
  /** Event streams and long polls that a tenant may have open at one process; a quarter of all unless set. */
  maxStreamsPerTenant: number;
  /** How many jobs of a tenant may wait, those of batches apart. */
  maxQueuedPerTenant: number;
  /** Submissions a minute of one address without a key. */
  rateLimitPerMinute: number;
  /** Whether that holds for clients on this machine too, who are the only ones of a service without keys. */
  rateLimitLoopback: boolean;
  /** Requests a minute of one key that has no rate of its own. */
  rateLimitPerKey: number;
  /** The proxies whose word on the client's address is taken: how many there are, or which; null: none. */
  trustProxy: number | readonly string[] | null;
  /** How long a job may run unless its request says otherwise. */
  requestTimeoutSeconds: number;
  workerConcurrency: number;
  /** The queues that a worker of this process serves. */
  workerQueues: readonly WorkerQueue[];
  /** Whether webhooks may go to loopback and private networks. */
  webhookAllowPrivate: boolean;
  /** The waits before the second and each further attempt of a webhook. */
  webhookRetryMs: readonly number[];
  sandboxProcesses: number;
  /** Null: nothing expires. */
  retentionDays: number | null;
  auth: "on" | "off";
  /** The key with which this command asks a service, where it does. */
  apiKey: string | null;
  /** Where a worker answers for its metrics and its health; a null host: loopback, a null port: nowhere. */
  metricsHost: string | null;
  metricsPort: number | null;
  /** Null: metrics are for this machine only. */
  metricsToken: string | null;
  logLevel: "error" | "warn" | "info" | "debug";
}>;

/** A bad environment; the message names each variable, never its value, which may be a secret. */
export class ConfigError extends Error {
  constructor(complaints: string[]) {
    const lines = complaints.length === 1 ? ` ${complaints[0]}` : complaints.map((line) => `\n  ${line}`).join("");
    super(`The configuration is not valid:${lines}`);
    this.name = "ConfigError";
  }
}

const LOOPBACK_HOSTS = new Set(["127.0.0.1", "::1", "localhost"]);

/** Whether a server bound to this host can be reached from this machine only. */
export function isLoopbackHost(host: string): boolean {
  return LOOPBACK_HOSTS.has(host) || /^127(\.\d{1,3}){3}$/.test(host);
}

/**
 * The environment as a Config. An empty value counts as unset.
 *
 * @throws ConfigError that names every bad variable.
 */
export function parseConfig(environment: Record<string, string | undefined>): Config {
  const set = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ""),
  );
  const result = Environment.safeParse(set);
  if (!result.success) {
    throw new ConfigError(result.error.issues.map((issue) => `${String(issue.path[0])}: ${issue.message}`));
  }
  const env = result.data;
  const embedded = env.DATABASE_URL === undefined;
  const auth = env.AUTH ?? (embedded && isLoopbackHost(env.HOST) ? "off" : "on");
  if (auth === "off" && !isLoopbackHost(env.HOST)) {
    throw new ConfigError([
      `AUTH: off is allowed on a loopback HOST only (127.0.0.1, ::1, localhost); this one can be reached from other machines.`,
    ]);
  }
  if (embedded && env.REDIS_URL !== undefined) {
    throw new ConfigError([
      "REDIS_URL: needs DATABASE_URL too; a queue that others share is of no use with a record of this process's own.",
    ]);
  }
  return Object.freeze({
    host: env.HOST,
    port: env.PORT,
    dataDir: resolve(env.PHARMADB_DATA_DIR),
    databaseUrl: env.DATABASE_URL ?? null,
    databaseMaxConnections: env.DATABASE_MAX_CONNECTIONS,
    redis: env.REDIS_URL ?? null,
    supabase: supabaseOf(env),
    openaiApiKey: env.OPENAI_API_KEY ?? null,
    openaiBaseUrl: env.OPENAI_BASE_URL ?? null,
    openaiModel: env.OPENAI_MODEL,
    openaiMaxConnections: env.OPENAI_MAX_CONNECTIONS,
    modelRequestsPerMinute: env.MODEL_REQUESTS_PER_MINUTE ?? null,
    modelTokensPerMinute: env.MODEL_TOKENS_PER_MINUTE ?? null,
    maxFileBytes: env.MAX_FILE_BYTES,
    maxConcurrentRequests: env.MAX_CONCURRENT_REQUESTS,
    maxStreamsPerTenant: env.MAX_STREAMS_PER_TENANT ?? env.MAX_CONCURRENT_REQUESTS * STREAMS_PER_TENANT_AND_REQUEST,
    maxQueuedPerTenant: env.MAX_QUEUED_PER_TENANT,
    rateLimitPerMinute: env.RATE_LIMIT_PER_MINUTE ?? SUBMISSIONS_PER_MINUTE,
    rateLimitLoopback: env.RATE_LIMIT_PER_MINUTE !== undefined,
    rateLimitPerKey: env.RATE_LIMIT_PER_KEY,
    trustProxy: env.TRUST_PROXY ?? null,
    requestTimeoutSeconds: env.REQUEST_TIMEOUT_SECONDS,
    workerConcurrency: env.WORKER_CONCURRENCY,
    workerQueues: env.WORKER_QUEUES,
    webhookAllowPrivate: env.WEBHOOK_ALLOW_PRIVATE,
    webhookRetryMs: env.WEBHOOK_RETRY_SCHEDULE,
    sandboxProcesses: env.SANDBOX_PROCESSES ?? availableParallelism(),
    retentionDays: env.RETENTION_DAYS ?? null,
    auth,
    apiKey: env.PHARMADB_API_KEY ?? null,
    metricsHost: env.METRICS_HOST ?? null,
    metricsPort: env.METRICS_PORT ?? null,
    metricsToken: env.METRICS_TOKEN ?? null,
    logLevel: env.LOG_LEVEL,
  });
}

const OF_A_PROJECT = [
  "SUPABASE_BUCKET",
  "SUPABASE_MAX_CONNECTIONS",
  "SUPABASE_JWT_ISSUER",
  "SUPABASE_TENANT_CLAIM",
] as const;

function supabaseOf(env: z.output<typeof Environment>): SupabaseConfig | null {
  const { SUPABASE_URL: url, SUPABASE_SERVICE_KEY: serviceKey } = env;
  if (url === undefined) {
    if (serviceKey !== undefined) {
      throw new ConfigError(["SUPABASE_URL: needed with SUPABASE_SERVICE_KEY, to say whose key it is."]);
    }
    const idle = OF_A_PROJECT.filter((name) => env[name] !== undefined);
    if (idle.length === 0) return null;
    throw new ConfigError(idle.map((name) => `${name}: has no effect without SUPABASE_URL; set both or neither.`));
  }
  if (serviceKey === undefined) {
    throw new ConfigError([
      "SUPABASE_SERVICE_KEY: needed with SUPABASE_URL, for the files that are kept there: the project's secret key, of the role service_role.",
    ]);
  }
  const base = url.replace(/\/+$/, "");
  return Object.freeze({
    url: base,
    serviceKey,
    bucket: env.SUPABASE_BUCKET ?? "pharmadb",
    maxConnections: env.SUPABASE_MAX_CONNECTIONS ?? 20,
    issuer: env.SUPABASE_JWT_ISSUER ?? `${base}/auth/v1`,
    tenantClaim: (env.SUPABASE_TENANT_CLAIM ?? "app_metadata.tenant_id").split("."),
  });
}

/** The names of all variables that `parseConfig` reads, for the check of `.env.example`. */
export const VARIABLE_NAMES: readonly string[] = Object.keys(Environment.shape);
