import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { AppError } from "@pharmadb/contracts";
import { unreachable } from "./egress-error.ts";
import type { Target } from "./parse-target.ts";

export type EgressRequest = {
  method?: "GET" | "POST";
  headers?: Record<string, string>;
  body?: string | Uint8Array;
};

export type EgressAnswer = {
  status: number;
  /** By lower-case name; a header that came several times is joined by commas. */
  headers: Headers;
  /** The first bytes of the body, up to the limit. */
  body: Buffer;
  /** Whether that is all of it. */
  isWhole: boolean;
};

export type Limits = {
  /** Until a connection is open, TLS included. */
  connectMs: number;
  /** Without a byte in either direction. */
  idleMs: number;
  /** From the look-up of the name to the last byte that is read. */
  totalMs: number;
  /** Of the body; the connection is closed after that. */
  maxBytes: number;
};

/**
 * One exchange with a target over a connection to one of these addresses and no other; Host and TLS keep the name.
 * Redirects are answers like any other. The answer counts once its head is there: a body that breaks off, or that
 * is too slow for the limits, is given as far as it came.
 */
export async function requestPinned(
  { url, host, isAddress }: Target,
  addresses: readonly string[],
  { method = "GET", headers = {}, body }: EgressRequest,
  limits: Limits,
  signal: AbortSignal,
): Promise<EgressAnswer> {
  const send = url.protocol === "https:" ? httpsRequest : httpRequest;
  const request = send(url, {
    method,
    headers: {
      "accept-encoding": "identity",
      ...headers,
      ...(body !== undefined && { "content-length": byteLength(body) }),
    },
    // A connection of its own: one that is kept open has been checked for an earlier request.
    agent: false,
    lookup: pinnedLookup(addresses),
    signal,
    ...(!isAddress && { servername: host }),
  });
  limitTime(request, limits);
  try {
    const response = await headOf(request, body);
    return await readAnswer(response, limits.maxBytes);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw error instanceof AppError ? error : unreachable(error);
  } finally {
    request.destroy();
  }
}

function byteLength(body: string | Uint8Array): number {
  return Buffer.byteLength(body);
}

/** Gives what was checked instead of asking again: the name may lead elsewhere by now. */
function pinnedLookup(addresses: readonly string[]): LookupFunction {
  const all = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_name, options, callback) => {
    const [first] = all;
    if (options.all) callback(null, all);
    else callback(null, first?.address ?? "", first?.family);
  };
}

function limitTime(request: ClientRequest, { connectMs, idleMs }: Limits): void {
  const tooLate = (message: string) => () => void request.destroy(new AppError("timeout", message));
  const connecting = setTimeout(tooLate("The connection could not be opened in time."), connectMs);
  request.once("close", () => clearTimeout(connecting));
  request.once("socket", (socket) => {
    socket.once("encrypted" in socket ? "secureConnect" : "connect", () => clearTimeout(connecting));
  });
  request.setTimeout(idleMs, tooLate("Nothing came for too long."));
}

function headOf(request: ClientRequest, body: string | Uint8Array | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    // Errors after the head come with the response, but must not be without a listener here. An answer that asks for
    // another protocol closes the request without an error.
    request.on("error", reject).once("response", resolve);
    request.once("close", () => reject(Object.assign(new Error("Closed."), { code: "ECONNRESET" }))).end(body);
  });
}

async function readAnswer(response: IncomingMessage, maxBytes: number): Promise<EgressAnswer> {
  const chunks: Buffer[] = [];
  let length = 0;
  let isWhole = true;
  try {
    for await (const chunk of response) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > maxBytes) break;
    }
  } catch {
    isWhole = false;
  }
  return {
    status: response.statusCode ?? 0,
    headers: new Headers(
      Object.entries(response.headersDistinct).flatMap(([name, values = []]) =>
        values.map((value): [string, string] => [name, value]),
      ),
    ),
    body: Buffer.concat(chunks).subarray(0, maxBytes),
    isWhole: isWhole && length <= maxBytes,
  };
}
