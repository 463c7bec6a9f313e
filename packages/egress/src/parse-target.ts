import ipaddr from "ipaddr.js";
import { refused } from "./egress-error.ts";
import { isAllowedAddress } from "./is-allowed-address.ts";

/** Where HTTP is usually served. Anything else on a public host is more likely to be another protocol's. */
const PUBLIC_PORTS = new Set([80, 443, 8000, 8008, 8080, 8443, 9443]);
const FIRST_UNPRIVILEGED_PORT = 1024;
const MAX_CHARACTERS = 2048;

export type Target = {
  url: URL;
  /** The host as it is connected to: an IP address without brackets, or a name without a final dot. */
  host: string;
  isAddress: boolean;
};

/** Reads a URL and refuses what no look-up could make right. */
export function parseTarget(text: string, { allowPrivate }: { allowPrivate: boolean }): Target {
  if (text.length > MAX_CHARACTERS) throw refused(`The URL is longer than ${MAX_CHARACTERS} characters.`);
  if (!/^https?:\/\/[^/]/i.test(text)) throw refused("The URL must begin with https:// or http://.");
  // Parsers differ about these, and what we have checked must be what everyone reads.
  if (/[\s\\\p{Cc}]/u.test(text)) throw refused("The URL holds a space, a control character or a backslash.");
  const url = URL.parse(text);
  if (!url) throw refused("The URL is not valid.");
  if (url.username !== "" || url.password !== "") throw refused("The URL must not hold credentials.");
  if (!isAllowedPort(url, allowPrivate)) {
    throw refused(`The port must be one of ${[...PUBLIC_PORTS].join(", ")}.`);
  }
  const host = url.hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  if (host === "") throw refused("The URL has no host.");
  const isAddress = ipaddr.isValid(host);
  if (isAddress && !isAllowedAddress(host, { allowPrivate })) throw refused("The address is not a public one.");
  return { url, host, isAddress };
}

function isAllowedPort({ port, protocol }: URL, allowPrivate: boolean): boolean {
  const number = port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);
  return PUBLIC_PORTS.has(number) || (allowPrivate && number >= FIRST_UNPRIVILEGED_PORT);
}
