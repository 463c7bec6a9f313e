import ipaddr from "ipaddr.js";

/** Addresses at which clouds hand out credentials and settings; no setting opens them. */
const METADATA = [
  // Azure's is a public address.
  "168.63.129.16/32",
  "169.254.0.0/16",
  "192.0.0.192/32",
  "100.100.100.200/32",
  "fd00:ec2::/32",
  "fd20:ce::254/128",
].map((range) => ipaddr.parseCIDR(range));

/** What the Internet's registries have given out so far; the rest of IPv6 is for other uses or for none. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR("2000::/3");

const PRIVATE_RANGES = new Set(["loopback", "private", "uniqueLocal", "carrierGradeNat"]);

/**
 * Whether a connection to this IP address may be opened: public unicast and, with `allowPrivate`, loopback and private
 * networks as well. What is no IP address is not allowed.
 */
export function isAllowedAddress(address: string, { allowPrivate }: { allowPrivate: boolean }): boolean {
  if (!ipaddr.isValid(address)) return false;
  // The system connects to a mapped address as to the IPv4 address in it.
  const parsed = ipaddr.process(address);
  if (METADATA.some(([range, bits]) => range.kind() === parsed.kind() && parsed.match(range, bits))) return false;
  if (allowPrivate && PRIVATE_RANGES.has(parsed.range())) return true;
  if (parsed.range() !== "unicast") return false;
  return parsed instanceof ipaddr.IPv4 || (parsed.match(GLOBAL_UNICAST) && !isIsatap(parsed));
}

/** An IPv6 address that tunnels to the IPv4 address in its last half (RFC 5214). */
function isIsatap({ parts }: ipaddr.IPv6): boolean {
  const [high = 0, low = 0] = parts.slice(4, 6);
  return (high & 0xfdff) === 0 && low === 0x5efe;
}
