import { isIP } from "node:net";
import { z } from "zod";

const MAX_HOPS = 10;
/** Names that Express knows for ranges of addresses. */
const RANGES: ReadonlySet<string> = new Set(["loopback", "linklocal", "uniquelocal"]);
const EXPECTED = `how many proxies there are (1 to ${MAX_HOPS}), or their addresses with commas between them, such as 10.0.0.0/8`;

/**
 * The proxies whose `X-Forwarded-For` is believed. To believe everyone (`true`, or a range of all addresses) would let
 * each client choose its address, and with it whose limit it uses up.
 */
export const TrustProxy = z.string().transform((text, context): number | string[] => {
  if (/^\d+$/.test(text)) {
    const hops = Number(text);
    if (hops >= 1 && hops <= MAX_HOPS) return hops;
  }
  const addresses = text.split(",").map((address) => address.trim());
  if (addresses.every(isProxyAddress)) return addresses;
  const message =
    text.toLowerCase() === "true"
      ? `with "true" each client could forge its address; say ${EXPECTED}`
      : `must be ${EXPECTED}`;
  context.addIssue({ code: "custom", message });
  return z.NEVER;
});

function isProxyAddress(text: string): boolean {
  if (RANGES.has(text)) return true;
  const [address = "", length, ...rest] = text.split("/");
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  const bits = version === 4 ? 32 : 128;
  return length === undefined || (/^[1-9]\d{0,2}$/.test(length) && Number(length) <= bits);
}
