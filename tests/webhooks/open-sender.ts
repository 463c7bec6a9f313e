import { Writable } from "node:stream";
import { NewWebhookEndpoint, type WebhookDelivery } from "@pharmadb/contracts";
import { createEgress } from "@pharmadb/egress";
import { openQueues, type Queues } from "@pharmadb/queue";
import {
  applyMigrations,
  claimResearch,
  createEndpoint,
  dueDeliveriesOf,
  finishResearch,
  listDeliveries,
  openDiskFiles,
  openPglite,
  type Sql,
} from "@pharmadb/store";
import { dispatchedResearch } from "@pharmadb/store/testing";
import { createLogger, createMetrics } from "@pharmadb/telemetry";
import { startWorker, type Timing } from "@pharmadb/worker";

export const TENANT = "default";

const REPORT = {
  title: "Serious events",
  answer: "One.",
  model: "test",
  findings: [],
  tables: [],
  charts: [],
  searched: [],
  partial: false,
  limitations: [],
  output: null,
  markdown: "",
};

export type Sender = AsyncDisposable & {
  sql: Sql;
  queues: Queues;
  logs: Record<string, unknown>[];
  endpoint(url: string, events?: string[]): Promise<{ id: string; secret: string }>;
  /** Ends a job as a worker does; gives its id. */
  endJob(request?: object): Promise<string>;
  /** Serves the webhooks in this process. */
  serve(options?: { retryMs?: number[]; timing?: Partial<Timing>; totalMs?: number }): Promise<AsyncDisposable>;
  /** The deliveries, the oldest first. */
  deliveries(): Promise<WebhookDelivery[]>;
  /** Waits until the deliveries are as wanted. */
  until(holds: (deliveries: WebhookDelivery[]) => boolean): Promise<WebhookDelivery[]>;
};

/** A record with its queue, and what is needed to have webhooks sent from it. */
export async function openSender({ dataDir = null }: { dataDir?: string | null } = {}): Promise<Sender> {
  await using stack = new AsyncDisposableStack();
  const database = stack.adopt(await openPglite({ dataDir }), (opened) => opened.close());
  const { sql } = database;
  await applyMigrations(sql);
  const queues = stack.adopt(await openQueues({ database: database.pool }), (opened) => opened.close());
  const logs: Record<string, unknown>[] = [];
  const stream = new Writable({
    write(line, _encoding, done) {
      logs.push(JSON.parse(String(line)));
      done();
    },
  });
  const logger = createLogger({ level: "info", service: "webhooks-test", stream });
  const unused = () => Promise.reject(new Error("Not for this test."));

  const deliveries = async () => (await listDeliveries(sql, TENANT, { limit: 1000 })).data.reverse();
  const owned = stack.move();
  return {
    sql,
    queues,
    logs,
    async endpoint(url, events) {
      const made = await createEndpoint(sql, TENANT, NewWebhookEndpoint.parse({ url, ...(events && { events }) }));
      return { id: made.endpoint.id, secret: made.secret };
    },
    async endJob(request = {}) {
      const id = await dispatchedResearch(sql, TENANT, request);
      await claimResearch(sql, { id, dispatch: 1, workerId: "worker" });
      await finishResearch(sql, { id, attempt: 1, outcome: { status: "completed", report: REPORT } });
      await queues.webhooks.add(await dueDeliveriesOf(sql, id));
      return id;
    },
    async serve({ retryMs = [], timing = {}, totalMs = 5_000 } = {}) {
      const worker = await startWorker({
        config: {
          workerConcurrency: 1,
          workerQueues: ["webhooks"],
          requestTimeoutSeconds: 10,
          webhookRetryMs: retryMs,
          maxQueuedPerTenant: 1_000,
          retentionDays: null,
        },
        deps: {
          sql,
          queues,
          egress: createEgress({ allowPrivate: true, limits: { totalMs, maxBytes: 1024 } }),
          files: openDiskFiles({ directory: "/nonexistent" }),
          sandbox: { inspect: unused, query: unused, passages: unused, close: async () => undefined },
          logger,
          metrics: createMetrics(),
          model: { name: "none", respond: unused },
          timing: { webhookPollMs: 50, ...timing },
        },
      });
      return { [Symbol.asyncDispose]: () => worker.close() };
    },
    deliveries,
    async until(holds) {
      for (;;) {
        const now = await deliveries();
        if (holds(now)) return now;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
