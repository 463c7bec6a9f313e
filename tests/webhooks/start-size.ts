import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startApiProcess, startWorkerProcess } from "@pharmadb/cli/testing";
import type { WebhookDelivery } from "@pharmadb/contracts";
import { startServers } from "../end-to-end/start-servers.ts";
import { temporaryFolder } from "../end-to-end/temporary-folder.ts";
import { openSender } from "./open-sender.ts";

const SCRIPT = fileURLToPath(new URL("./deliver-until-killed.ts", import.meta.url));

const AE = fileURLToPath(new URL("../../samples/trial/ae.csv", import.meta.url));

/** A size of the service, in which senders of webhooks can be killed. */
export type Size = AsyncDisposable & {
  /** Ends a job that a new endpoint at this address is to be told of. */
  endJob(url: string): Promise<{ id: string; secret: string }>;
  /** Sends in a process of its own, until it is killed. */
  startSender(): Promise<{ kill(): Promise<void> }>;
  /** Sends, and gives the log. */
  goOn(): Promise<AsyncDisposable & { deliveries(): Promise<WebhookDelivery[]> }>;
};

export async function startEmbedded(): Promise<Size> {
  await using stack = new AsyncDisposableStack();
  const dataDir = join(stack.use(await temporaryFolder()).path, "record");
  const children: ChildProcess[] = [];
  stack.defer(() => {
    for (const child of children) child.kill("SIGKILL");
  });
  const owned = stack.move();
  return {
    async endJob(url) {
      await using before = await openSender({ dataDir });
      const { secret } = await before.endpoint(url);
      return { id: await before.endJob(), secret };
    },
    async startSender() {
      const child = spawn(process.execPath, [SCRIPT, dataDir], { stdio: ["ignore", "pipe", "inherit"] });
      children.push(child);
      const exited = once(child, "exit");
      return {
        async kill() {
          child.kill("SIGKILL");
          await exited;
        },
      };
    },
    async goOn() {
      await using opening = new AsyncDisposableStack();
      const sender = opening.use(await openSender({ dataDir }));
      opening.use(await sender.serve());
      const serving = opening.move();
      return { deliveries: sender.deliveries, [Symbol.asyncDispose]: () => serving.disposeAsync() };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

export async function startServerSize(): Promise<Size> {
  await using stack = new AsyncDisposableStack();
  const servers = stack.use(await startServers());
  const env = { ...servers.env, WEBHOOK_ALLOW_PRIVATE: "true", WEBHOOK_RETRY_SCHEDULE: "1s" };
  const api = stack.use(await startApiProcess({ env }));
  const researchers = { ...env, WORKER_QUEUES: "research,batches,maintenance" };
  stack.use(await startWorkerProcess({ env: researchers }));
  const ask = async (method: string, path: string, body?: object) => {
    const headers = { "content-type": "application/json" };
    const given = body && { headers, body: JSON.stringify(body) };
    return (await fetch(`${api.url}/api/v1/webhooks${path}`, { method, ...given })).json();
  };
  const owned = stack.move();
  const startSender = async () => owned.use(await startWorkerProcess({ env: { ...env, WORKER_QUEUES: "webhooks" } }));
  return {
    async endJob(url) {
      const { secret } = (await ask("POST", "", { url })) as { secret: string };
      const { id: fileId } = await api.client.uploadFile(AE);
      const { id } = await api.client.submit({ question: "How many events were serious?", file_ids: [fileId] });
      await api.client.waitForEnd(id);
      return { id, secret };
    },
    async startSender() {
      const { signal, ended } = await startSender();
      return {
        async kill() {
          signal("SIGKILL");
          await ended;
        },
      };
    },
    async goOn() {
      const sender = await startSender();
      const deliveries = async () => ((await ask("GET", "/deliveries")) as { data: WebhookDelivery[] }).data;
      return { deliveries, [Symbol.asyncDispose]: () => sender[Symbol.asyncDispose]() };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
