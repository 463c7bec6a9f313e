import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { hasApiKeys, openDispatcher } from "@pharmadb/store";
import { createApp } from "./app.ts";
import { type ApiConfig, type ApiDeps, TIMING } from "./deps.ts";
import { answerBrokenRequest } from "./http/answer-broken-request.ts";
import { createRequestsInFlight, type RequestsInFlight } from "./http/requests-in-flight.ts";
import { refuseWithoutKeys } from "./refuse-without-keys.ts";
import { removeLeftovers } from "./uploads/remove-leftovers.ts";
import { uploadDirectoryIn } from "./uploads/upload-directory.ts";

export type StartedApi = {
  url: string;
  /** Accepts nothing more, ends what only waits and lets the rest finish. */
  close(): Promise<void>;
};

/** A slow line may take this long for a body; one that has gone silent ends sooner. */
const BODY_TIMEOUT_MS = 60 * 60 * 1000;
/** How often it is looked for requests that take too long. */
const CHECK_MS = 5_000;
const MAX_HEADER_BYTES = 16 * 1024;
/** Longer than the usual 60 s of a proxy, which then is the one to close an idle connection. */
const KEEP_ALIVE_MS = 65_000;

/** Serves the API over HTTP. Refuses to where others could reach it and no keys tell them apart. */
export async function startApi({
  config,
  deps,
}: {
  config: ApiConfig;
  deps: Omit<ApiDeps, "config" | "stopping" | "dispatcher">;
}): Promise<StartedApi> {
  refuseWithoutKeys(config);
  if (config.auth === "on") await warnWithoutKeys(deps);
  await removeLeftovers(uploadDirectoryIn(config.dataDir));
  const stopping = new AbortController();
  // A job that cannot be dispatched now is in the backlog, where the workers' dispatchers find it.
  const dispatcher = openDispatcher({
    sql: deps.sql,
    async add(jobs) {
      await deps.queues.research.addBulk(jobs);
      deps.metrics.maintenance.dispatched(jobs.length);
    },
    onError: (error) => void deps.logger.warn("jobs not dispatched yet", { error }),
  });
  const app = createApp({ ...deps, config, dispatcher, stopping: stopping.signal });
  const requests = createRequestsInFlight();
  const answer = requests.counting(app);
  const { headersMs, silenceMs } = { ...TIMING, ...deps.timing };
  const limits = {
    requestTimeout: BODY_TIMEOUT_MS,
    headersTimeout: headersMs,
    connectionsCheckingInterval: Math.min(CHECK_MS, headersMs),
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
  };
  const server = createServer(limits, answer);
  // Routes say themselves when they want the body.
  server.on("checkContinue", answer).on("clientError", answerBrokenRequest);
  server.setTimeout(silenceMs);
  await listen(server, config);
  return {
    url: urlOf(server),
    async close() {
      await close(server, requests, stopping);
      await dispatcher.close();
    },
  };
}

/** A service that lets nobody in is safe, and of no use yet. */
async function warnWithoutKeys({
  sql,
  logger,
  authenticators = [],
}: Pick<ApiDeps, "sql" | "logger" | "authenticators">) {
  if (authenticators.length > 0 || (await hasApiKeys(sql))) return;
  logger.warn(
    "There are no API keys, so nobody can use the service. Make one: pharmadb keys create --tenant acme --scopes read,write",
  );
}

async function listen(server: Server, { host, port }: ApiConfig): Promise<void> {
  server.listen(port, host);
  await once(server, "listening");
}

function urlOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
}

async function close(server: Server, requests: RequestsInFlight, stopping: AbortController): Promise<void> {
  const closed = once(server, "close");
  server.close();
  stopping.abort();
  await requests.done();
  // What is left waits for a next request, or has been opened for a first one.
  server.closeAllConnections();
  await closed;
}
