import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

const LOOPBACK = /^(?:127\.|::1$|::ffff:127\.)/;
const PROXY_HEADERS = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];

/**
 * Whether a request may read the metrics: with a token, whoever has it; without one, whoever asks from this machine
 * and not through a proxy, which would ask in the name of anybody.
 */
export function mayScrape({ socket, headers }: Pick<IncomingMessage, "socket" | "headers">, token: string | null) {
  if (token !== null) return isSame(/^Bearer +(\S+)$/i.exec(headers.authorization ?? "")?.[1] ?? "", token);
  return LOOPBACK.test(socket.remoteAddress ?? "") && PROXY_HEADERS.every((name) => headers[name] === undefined);
}

function isSame(given: string, wanted: string): boolean {
  const [a, b] = [given, wanted].map((text) => createHash("sha256").update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
