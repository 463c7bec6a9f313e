import { once } from "node:events";
import { createServer, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Config } from "@pharmadb/config";
import { within } from "@pharmadb/contracts";
import type { Queues } from "@pharmadb/queue";
import type { Sql } from "@pharmadb/store";
import { type Logger, type Metrics, mayScrape } from "@pharmadb/telemetry";

const PROBE_MS = 5_000;

export type OperationsDeps = { sql: Sql; queues: Pick<Queues, "ping">; metrics: Metrics; logger: Logger };

export type ServedOperations = AsyncDisposable & { url: string };

/** Answers `/metrics`, `/healthz` and `/readyz` for a worker, which serves nothing else. */
export async function serveOperations(
  { metricsHost, metricsPort, metricsToken }: Pick<Config, "metricsHost" | "metricsToken"> & { metricsPort: number },
  deps: OperationsDeps,
): Promise<ServedOperations> {
  const answer: RequestListener = async (request, response) => {
    if (request.method !== "GET") return send(response, 405, { status: "method_not_allowed" }, { Allow: "GET" });
    if (request.url === "/healthz") return send(response, 200, { status: "ok" });
    if (request.url === "/readyz") return answerReadiness(response, deps);
    if (request.url !== "/metrics") return send(response, 404, { status: "not_found" });
    if (!mayScrape(request, metricsToken)) return send(response, metricsToken ? 401 : 403, { status: "not_allowed" });
    const { contentType, text } = await deps.metrics.read();
    response.writeHead(200, { "Content-Type": contentType, "Cache-Control": "no-store" }).end(text);
  };
  const server = createServer((request, response) => {
    Promise.resolve(answer(request, response)).catch((error: unknown) => {
      deps.logger.error("metrics not read", { error });
      response.destroy();
    });
  });
  server.listen(metricsPort, metricsHost ?? "127.0.0.1");
  await once(server, "listening");
  const { address, port } = server.address() as AddressInfo;
  return {
    url: `http://${address.includes(":") ? `[${address}]` : address}:${port}`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answerReadiness(response: ServerResponse, { sql, queues, logger }: OperationsDeps): Promise<void> {
  const probes: Record<string, () => Promise<unknown>> = {
    record: () => sql.query("select 1"),
    queue: () => queues.ping(),
  };
  const checks = await Promise.all(
    Object.entries(probes).map(async ([name, probe]) => {
      try {
        await within(PROBE_MS, probe());
        return [name, "ok"];
      } catch (error) {
        logger.warn("not ready", { dependency: name, error });
        return [name, "out"];
      }
    }),
  );
  const ready = checks.every(([, state]) => state === "ok");
  send(response, ready ? 200 : 503, { status: ready ? "ok" : "out", checks: Object.fromEntries(checks) });
}

function send(response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "Content-Type": "application/json", "Cache-Control": "no-store", ...headers });
  response.end(JSON.stringify(body));
}
