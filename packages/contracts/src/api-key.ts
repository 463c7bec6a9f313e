import { createHash, randomBytes } from "node:crypto";

/** What a key may do. `admin` includes the others, which do not include each other. */
export const SCOPES = ["read", "write", "admin"] as const;
export type Scope = (typeof SCOPES)[number];

const MARK = "pdb_";
// Crockford's alphabet in lower case, which has no two characters that look alike.
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const SECRET_CHARS = 32;
const CHECK_CHARS = 6;
const SHOWN_CHARS = 8;
const FORM = new RegExp(`^${MARK}[${ALPHABET}]{${SECRET_CHARS + CHECK_CHARS}}$`);

/** A new API key: `pdb_`, 160 random bits and a check of them, so that a mistyped key is known without asking anyone. */
export function newApiKey(): string {
  const secret = inAlphabet(randomBytes(SECRET_CHARS));
  return `${MARK}${secret}${checkOf(secret)}`;
}

/** Whether the text has the form of a key and its check is right. */
export function isApiKey(text: string): boolean {
  if (!FORM.test(text)) return false;
  const secret = text.slice(MARK.length, MARK.length + SECRET_CHARS);
  return text.endsWith(checkOf(secret));
}

/** What the record keeps of a key. */
export function apiKeySha256(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}

/** The beginning of a key, by which its owner knows it in a list; what is left of it is 120 bits. */
export function apiKeyPrefix(key: string): string {
  return key.slice(0, MARK.length + SHOWN_CHARS);
}

function checkOf(secret: string): string {
  return inAlphabet(createHash("sha256").update(secret).digest().subarray(0, CHECK_CHARS));
}

/** Five bits of each byte make a character without a bias. */
function inAlphabet(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => ALPHABET.charAt(byte % ALPHABET.length)).join("");
}
