import { randomFillSync } from "node:crypto";

/** Prefixes of public ids: research, batch, file, webhook endpoint, delivery, event, API key, request, audit entry, schedule and its runs. */
export const ID_PREFIXES = ["res", "bat", "file", "whe", "whd", "evt", "key", "req", "aud", "sch", "run"] as const;
export type IdPrefix = (typeof ID_PREFIXES)[number];

// Crockford's alphabet in lower case: ascending in ASCII, so that text order is number order.
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const TIME_CHARS = 10;
const RANDOM_CHARS = 16;

/** Asking the system for random bytes takes longer than all else of an id, and no longer for many of them. */
const random = { bytes: new Uint8Array(RANDOM_CHARS * 256), used: RANDOM_CHARS * 256 };

/** The last id's time and random digits: an id of the same millisecond counts on from them. */
const last = { ms: -1, digits: Uint8Array.of() };

/**
 * A new public id, `prefix_` and 26 characters: 48 bits of milliseconds since 1970, then 79 random bits.
 * Ids sort by time; those that one process makes in the same millisecond sort in the order in which it made them.
 */
export function newId(prefix: IdPrefix, nowMs: number = Date.now()): string {
  if (nowMs === last.ms) countOn(last.digits);
  else Object.assign(last, { ms: nowMs, digits: randomDigits() });
  let chars = "";
  for (const digit of last.digits) chars += ALPHABET.charAt(digit);
  return `${prefix}_${timeChars(nowMs)}${chars}`;
}

/** The first id of this prefix that a millisecond can have. */
export function firstId(prefix: IdPrefix, ms: number): string {
  return `${prefix}_${timeChars(ms)}${ALPHABET.charAt(0).repeat(RANDOM_CHARS)}`;
}

function timeChars(ms: number): string {
  let [chars, time] = ["", ms];
  for (let i = 0; i < TIME_CHARS; i++) {
    chars = ALPHABET.charAt(time % 32) + chars;
    time = Math.floor(time / 32);
  }
  return chars;
}

function randomDigits(): Uint8Array<ArrayBuffer> {
  if (random.used === random.bytes.length) {
    randomFillSync(random.bytes);
    random.used = 0;
  }
  const bytes = random.bytes.subarray(random.used, random.used + RANDOM_CHARS);
  random.used += RANDOM_CHARS;
  // Five bits of each byte make a digit without a bias. The first has four: what is counted on never overflows.
  return Uint8Array.from(bytes, (byte, place) => byte % (place === 0 ? 16 : 32));
}

function countOn(digits: Uint8Array): void {
  for (let place = digits.length - 1; place >= 0; place--) {
    const next = ((digits[place] ?? 0) + 1) % 32;
    digits[place] = next;
    if (next > 0) return;
  }
}

/** The pattern that a public id of this prefix matches; for path parameters and the OpenAPI document. */
export function idPattern(prefix: IdPrefix): RegExp {
  return new RegExp(`^${prefix}_[${ALPHABET}]{26}$`);
}
