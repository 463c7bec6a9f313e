import type { Config } from "@pharmadb/config";
import type { Egress } from "@pharmadb/egress";
import type { Queues, RedisClient } from "@pharmadb/queue";
import type { Sandbox } from "@pharmadb/sandbox";
import type { AuditWriter, Dispatcher, FileStorage, ResearchIntake, Sql } from "@pharmadb/store";
import type { Logger, Metrics } from "@pharmadb/telemetry";
import type { Authenticate } from "./identity/authenticate.ts";
import type { AuthenticateFrom } from "./identity/limit-failures.ts";
import type { Backlog } from "./limits/backlog.ts";
import type { RateCounter } from "./limits/rate-counter.ts";
import type { Checks } from "./routes/operations/probes.ts";

/** What the API wants to know of the configuration. */
export type ApiConfig = Pick<
  Config,
  | "host"
  | "port"
  | "dataDir"
  | "maxFileBytes"
  | "maxConcurrentRequests"
  | "maxStreamsPerTenant"
  | "retentionDays"
  | "auth"
  | "metricsToken"
  | "maxQueuedPerTenant"
  | "rateLimitPerMinute"
  | "rateLimitLoopback"
  | "rateLimitPerKey"
  | "trustProxy"
>;

/** How long the API waits for what, in milliseconds. */
export type Timing = {
  /** Silence after which an event stream sends a comment, so that proxies keep it open. */
  heartbeatMs: number;
  /** How often a waiting request reads the record again, should a wake-up get lost. */
  recheckMs: number;
  /** How long a reader of an event stream may take nothing before it is cut off. */
  stallMs: number;
  /** How long a connection may carry nothing in the middle of a request or an answer. */
  silenceMs: number;
  /** How long the headers of a request may take to arrive. */
  headersMs: number;
  /** How long a small body may take, and the span in which a large one or an answer has to get on. */
  paceMs: number;
  /** How long a key that was looked up is good for, and so how long one works on after it was revoked. */
  keyMs: number;
  /** How long the answer of `/readyz` is good for. */
  readinessMs: number;
  /** How long `/readyz` gives each dependency. */
  probeMs: number;
  /** How long a client may go on sending a body that has been refused, so that it can read why. */
  lingerMs: number;
  /** How often a batch that is being received is said to be so. */
  batchHeartbeatMs: number;
};

export const TIMING: Timing = {
  heartbeatMs: 15_000,
  recheckMs: 2_000,
  stallMs: 60_000,
  silenceMs: 120_000,
  headersMs: 20_000,
  paceMs: 60_000,
  keyMs: 5_000,
  readinessMs: 2_000,
  probeMs: 5_000,
  lingerMs: 2_000,
  batchHeartbeatMs: 10_000,
};

/** What the API works with; it opens none of it and closes none of it. */
export type ApiDeps = {
  sql: Sql;
  files: FileStorage;
  queues: Queues;
  /** Where requests are counted for all processes; without it each counts its own. */
  redis?: RedisClient | null;
  sandbox: Sandbox;
  /** Judges the URLs that clients want to be told at. */
  egress: Pick<Egress, "check">;
  logger: Logger;
  metrics: Metrics;
  config: ApiConfig;
  timing?: Partial<Timing>;
  /** Who else's bearer tokens are taken, beside API keys. */
  authenticators?: readonly Authenticate[];
  /** Poked when a job has become ready to run. */
  dispatcher: Pick<Dispatcher, "poke">;
  /** Aborts when the process is to stop: open event streams and long polls then end. */
  stopping?: AbortSignal;
};

/** What route handlers work with. */
export type RouteDeps = Omit<ApiDeps, "timing" | "authenticators" | "redis" | "stopping"> & {
  timing: Timing;
  /** Whose a bearer token is. */
  authenticate: Authenticate;
  /** The same for a new request, where too many failures are held back. */
  authenticateFrom: AuthenticateFrom;
  /** Counts requests for the rate limits. */
  countOne: RateCounter;
  /** Holds back tenants that have too many jobs waiting. */
  backlog: Backlog;
  stopping: AbortSignal;
  /** The way in for new jobs. */
  intake: ResearchIntake;
  /** Tells of what is read; what is changed is told of in its own transaction. */
  audit: AuditWriter;
  /** Where uploads are while they arrive. */
  uploadDirectory: string;
  /** Which dependencies answer. */
  readiness: () => Promise<Checks>;
  /** The text of `/openapi.json`. */
  openApiDocument: string;
};
