import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Webhook } from "standardwebhooks";

/** One request that has been verified. */
type Received = {
  id: string;
  timestamp: number;
  signatures: string[];
  /** The body as it came. */
  raw: string;
  type: string;
  data: Record<string, unknown>;
  /** When its head arrived, in milliseconds of `performance.now`. */
  atMs: number;
};

/** What to do with a request: an answer, one that never comes, or a connection that is reset. */
type Reaction =
  | { status: number; headers?: Record<string, string>; body?: string; after?: Promise<unknown> }
  | "hang"
  | "reset";

export type Receiver = AsyncDisposable & {
  url: string;
  /** What was verified, in the order of arrival. */
  received: Received[];
  /** Why requests were refused. */
  refused: string[];
  /** Verifies with this secret from now on, and with those given before. */
  trust(...secrets: string[]): void;
  /** Verifies with these alone. */
  trustOnly(...secrets: string[]): void;
  react(reaction: (received: Received, index: number) => Reaction): void;
  /** Settles once the requests so far fulfil the condition. */
  until(holds: (received: Received[]) => boolean): Promise<void>;
};

/**
 * A receiver of webhooks as a customer would write it: it verifies each request with the library of Standard Webhooks
 * and refuses what is not signed for it, not JSON, or not posted.
 */
export async function startReceiver({ port = 0 }: { port?: number } = {}): Promise<Receiver> {
  const received: Received[] = [];
  const refused: string[] = [];
  const waiting = new Set<() => void>();
  let secrets: string[] = [];
  let reaction: (received: Received, index: number) => Reaction = () => ({ status: 204 });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const atMs = performance.now();
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const raw = Buffer.concat(chunks).toString("utf8");
    const refuse = (status: number, why: string) => {
      refused.push(why);
      response.writeHead(status).end(why);
    };
    if (request.method !== "POST") return refuse(405, `${request.method} is not POST`);
    if (!/^application\/json\b/.test(request.headers["content-type"] ?? "")) return refuse(415, "not JSON");
    const headers = request.headers as Record<string, string>;
    const complaints = secrets.flatMap((secret) => {
      try {
        new Webhook(secret).verify(raw, headers);
        return [];
      } catch (error) {
        return String(error);
      }
    });
    if (complaints.length === secrets.length) return refuse(401, complaints.join("; ") || "no secret is trusted");
    const { type, data } = JSON.parse(raw);
    const item: Received = {
      id: headers["webhook-id"] ?? "",
      timestamp: Number(headers["webhook-timestamp"]),
      signatures: (headers["webhook-signature"] ?? "").split(" "),
      raw,
      type,
      data,
      atMs,
    };
    received.push(item);
    for (const check of waiting) check();
    await react(reaction(item, received.length - 1), request, response);
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() => request.socket.destroy());
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  return {
    url: `http://127.0.0.1:${address.port}/hook`,
    received,
    refused,
    trust: (...more) => void secrets.push(...more),
    trustOnly: (...only) => {
      secrets = only;
    },
    react: (next) => {
      reaction = next;
    },
    until: (holds) =>
      new Promise((resolve) => {
        const check = () => {
          if (!holds(received)) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function react(reaction: Reaction, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (reaction === "hang") return;
  if (reaction === "reset") {
    request.socket.resetAndDestroy();
    return;
  }
  await reaction.after;
  response.writeHead(reaction.status, reaction.headers).end(reaction.body);
}
