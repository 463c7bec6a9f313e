import { randomBytes } from "node:crypto";

/** Prefixes of public ids: research, batch, file, webhook endpoint, delivery, event, API key, request, audit entry. */
export const ID_PREFIXES = ["res", "bat", "file", "whe", "whd", "evt", "key", "req", "aud"] as const;
export type IdPrefix = (typeof ID_PREFIXES)[number];

// Crockford's alphabet in lower case: ascending in ASCII, so that text order is number order.
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const TIME_CHARS = 10;
const RANDOM_CHARS = 16;

/**
 * A new public id, `prefix_` and 26 characters: 48 bits of milliseconds since 1970, then 80 random bits.
 * Ids made in different milliseconds sort by time.
 */
export function newId(prefix: IdPrefix, nowMs: number = Date.now()): string {
  let time = nowMs;
  const chars: string[] = [];
  for (let i = 0; i < TIME_CHARS; i++) {
    chars.unshift(ALPHABET.charAt(time % 32));
    time = Math.floor(time / 32);
  }
  // Five bits of each byte make a character without a bias.
  for (const byte of randomBytes(RANDOM_CHARS)) chars.push(ALPHABET.charAt(byte % 32));
  return `${prefix}_${chars.join("")}`;
}

/** The first id of this prefix that a millisecond can have. */
export function firstId(prefix: IdPrefix, ms: number): string {
  return newId(prefix, ms).slice(0, -RANDOM_CHARS) + ALPHABET.charAt(0).repeat(RANDOM_CHARS);
}

/** The pattern that a public id of this prefix matches; for path parameters and the OpenAPI document. */
export function idPattern(prefix: IdPrefix): RegExp {
  return new RegExp(`^${prefix}_[${ALPHABET}]{26}$`);
}
