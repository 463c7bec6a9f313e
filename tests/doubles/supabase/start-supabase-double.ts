import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { getUser, jwks, type User } from "./answer-auth.ts";
import * as buckets from "./answer-buckets.ts";
import * as downloads from "./answer-download.ts";
import { listObjects, removeObject, removeObjects } from "./answer-objects.ts";
import { upload } from "./answer-upload.ts";
import { type Exchange, type Handler, sendJson } from "./exchange.ts";
import { createProjectKeys, type ProjectKeys } from "./project-keys.ts";
import { StorageProblem } from "./storage-problem.ts";
import { openStoredObjects } from "./stored-objects.ts";

/** What goes wrong with one request. */
export type Fault =
  /** An answer of a gateway that did not reach the server. */
  | { kind: "gateway"; status: number }
  /** The server's own failure. */
  | { kind: "internal" }
  /** The connection ends before the first byte. */
  | { kind: "drop" }
  /** A download breaks off after so many bytes. */
  | { kind: "cut"; afterBytes: number }
  /** Nothing ever comes. */
  | { kind: "hang" };

type Seen = { index: number; method: string; path: string; headers: IncomingHttpHeaders; status: number | null };

export type SupabaseDoubleOptions = {
  fileSizeLimit?: number;
  faults?: (seen: Seen) => Fault | null;
  /** Told of each request once it is taken in, before it is answered, which waits for the end of it. */
  onRequest?: (seen: Seen) => Promise<void> | void;
};

export type SupabaseDouble = AsyncDisposable & {
  url: string;
  keys: ProjectKeys;
  anonKey: string;
  serviceKey: string;
  users: Map<string, User>;
  requests: Seen[];
  /** The most requests that were in work at the same time. */
  mostAtOnce(): number;
};

const FILE_SIZE_LIMIT = 50 * 1024 * 1024;
/** From this size on a body that nobody reads blocks its connection. */
const BLOCKING_BYTES = 256 * 1024;

const ROUTES: [method: string, path: RegExp, Handler][] = [
  ["GET", /^\/status$/, ({ response }) => void response.writeHead(200, { "content-length": "0" }).end()],
  ["POST", /^\/bucket$/, buckets.createBucket],
  ["GET", /^\/bucket$/, buckets.listBuckets],
  ["GET", /^\/bucket\/(?<bucket>[^/]+)$/, buckets.getBucket],
  ["PUT", /^\/bucket\/(?<bucket>[^/]+)$/, buckets.updateBucket],
  ["DELETE", /^\/bucket\/(?<bucket>[^/]+)$/, buckets.deleteBucket],
  ["POST", /^\/bucket\/(?<bucket>[^/]+)\/empty$/, buckets.emptyBucket],
  ["POST", /^\/object\/list\/(?<bucket>[^/]+)$/, listObjects],
  ["GET", /^\/object\/info\/(?<bucket>[^/]+)\/(?<key>.+)$/, downloads.info],
  ["GET", /^\/object\/authenticated\/(?<bucket>[^/]+)\/(?<key>.+)$/, downloads.downloadAuthenticated],
  ["GET", /^\/object\/public\/(?<bucket>[^/]+)\/(?<key>.+)$/, downloads.downloadPublic],
  ["DELETE", /^\/object\/(?<bucket>[^/]+)$/, removeObjects],
  ["POST", /^\/object\/(?<bucket>[^/]+)\/(?<key>.*)$/, upload],
  ["PUT", /^\/object\/(?<bucket>[^/]+)\/(?<key>.*)$/, upload],
  ["GET", /^\/object\/(?<bucket>[^/]+)\/(?<key>.+)$/, downloads.download],
  ["DELETE", /^\/object\/(?<bucket>[^/]+)\/(?<key>.+)$/, removeObject],
];
/** Parts of the server that this double does not play; without this they would be taken for buckets. */
const NOT_PLAYED = /^\/object\/(sign|upload|copy|move|list-v2)(\/|$)/;

/**
 * A strict double of a Supabase project on a free port of 127.0.0.1: of Storage as a real server was seen to answer,
 * and of what Auth answers about tokens. It knows nothing of this project.
 */
export async function startSupabaseDouble(options: SupabaseDoubleOptions = {}): Promise<SupabaseDouble> {
  await using stack = new AsyncDisposableStack();
  const stored = stack.use(await openStoredObjects());
  const keys = createProjectKeys();
  const users = new Map<string, User>();
  const requests: Seen[] = [];
  let now = 0;
  let most = 0;

  async function answer(request: IncomingMessage, response: ServerResponse, seen: Seen): Promise<void> {
    const fault = options.faults?.(seen) ?? null;
    await options.onRequest?.(seen);
    if (fault?.kind === "drop") return void request.socket.destroy();
    if (fault?.kind === "hang") return;
    if (fault?.kind === "gateway") {
      request.resume();
      return void response.writeHead(fault.status, { "content-type": "text/html" }).end("<html>Gateway</html>");
    }
    const cutAfter = fault?.kind === "cut" ? fault.afterBytes : null;
    const url = new URL(request.url ?? "/", "http://double");
    const fileSizeLimit = options.fileSizeLimit ?? FILE_SIZE_LIMIT;
    const exchange = { request, response, url, bucket: "", key: "", stored, keys, fileSizeLimit, cutAfter };
    try {
      if (fault?.kind === "internal")
        throw new StorageProblem("500", "Internal", "Internal Server Error", "InternalError", 500);
      if (seen.path === "/auth/v1/.well-known/jwks.json") jwks(exchange);
      else if (seen.path === "/auth/v1/user") getUser(exchange, users);
      else await answerStorage(exchange);
    } catch (error) {
      if (!(error instanceof StorageProblem)) throw error;
      if (!request.complete && Number(request.headers["content-length"] ?? 0) >= BLOCKING_BYTES) blockAfter(response);
      sendJson(response, error.body, error.status);
    }
  }

  const server = createServer({ keepAliveTimeout: 61_000 }, (request, response) => {
    const path = new URL(request.url ?? "/", "http://double").pathname;
    const method = request.method ?? "GET";
    const seen: Seen = { index: requests.length, method, path, headers: request.headers, status: null };
    requests.push(seen);
    most = Math.max(most, ++now);
    response.on("close", () => {
      now--;
      seen.status = response.writableFinished ? response.statusCode : null;
    });
    answer(request, response, seen).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stack.defer(async () => {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
  const exp = Math.floor(Date.now() / 1000) + 3600;
  const owned = stack.move();
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    keys,
    anonKey: keys.signShared({ iss: "supabase", role: "anon", exp }),
    serviceKey: keys.signShared({ iss: "supabase", role: "service_role", exp }),
    users,
    requests,
    mostAtOnce: () => most,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** The server reads no body that it has refused, and keeps the connection, on which then nothing comes through. */
function blockAfter(response: ServerResponse): void {
  const { socket } = response;
  response.on("finish", () => setImmediate(() => socket?.pause()));
}

async function answerStorage(exchange: Exchange): Promise<void> {
  const { request, response, url } = exchange;
  const method = request.method ?? "GET";
  const path = url.pathname.replace(/^\/storage\/v1/, "");
  if (NOT_PLAYED.test(path)) return sendJson(response, { message: "This double does not play that." }, 501);
  for (const [allowed, pattern, handle] of ROUTES) {
    const match = pattern.exec(path);
    if (!match || !(allowed === method || (allowed === "GET" && method === "HEAD"))) continue;
    const { bucket = "", key = "" } = match.groups ?? {};
    await handle({ ...exchange, bucket: decodeURIComponent(bucket), key: decodeURIComponent(key) });
    return;
  }
  sendNoRoute(response, method, path);
}

function sendNoRoute(response: ServerResponse, method: string, path: string): void {
  const message = `Route ${method}:${path} not found`;
  const body = path.startsWith("/object")
    ? { statusCode: "404", error: "Not Found", message, code: "InvalidRequest" }
    : { message, error: "Not Found", statusCode: 404 };
  sendJson(response, body, 404, path.startsWith("/object") ? "application/json" : undefined);
}
