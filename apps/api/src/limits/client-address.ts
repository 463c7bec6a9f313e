import { isIP } from "node:net";
import type { Request } from "express";
import ipaddr from "ipaddr.js";

/** The address of the client; behind the proxies of `TRUST_PROXY` the one that they vouch for. */
export function clientAddress(request: Request): string {
  const told = request.ip ?? "";
  // A proxy that is trusted by its place passes on what it was sent, which may be no address at all.
  const address = isIP(told) === 0 ? (request.socket.remoteAddress ?? "") : told;
  const family = isIP(address);
  if (family === 4) return address;
  return family === 0 ? "unknown" : ipaddr.process(address).toString();
}

/** Whether the client is on this machine. */
export function isLoopback(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return address.startsWith("127.");
  return family === 6 && ipaddr.process(address).range() === "loopback";
}

/** What is counted as one client: an IPv4 address, or the /64 of an IPv6 address, of which one client has them all. */
export function networkOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const { parts } = ipaddr.IPv6.parse(address);
  return `${parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(":")}::/64`;
}
