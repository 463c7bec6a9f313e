import { createHmac, generateKeyPairSync, type KeyObject, sign, timingSafeEqual, verify } from "node:crypto";

export type Claims = Record<string, unknown>;
type Header = { alg?: string; kid?: string };

/** What signs and checks the tokens of a project: its secret, and the key pair whose public half its JWKS shows. */
export type ProjectKeys = {
  jwks: { keys: object[] };
  /** A token of the project's secret, as its anon and service keys are. */
  signShared(claims: Claims, secret?: string): string;
  /** A token of the project's key pair, as its users have. */
  signAsymmetric(claims: Claims, options?: { kid?: string; key?: KeyObject; alg?: "ES256" | "RS256" }): string;
  /**
   * The claims of a token that holds now.
   *
   * @throws with the words of the library that the Storage server checks tokens with.
   */
  check(token: string): Claims;
};

const SECRET = "a-secret-of-at-least-thirty-two-characters";
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

function decode(part: string, complaint: string): Record<string, unknown> {
  try {
    return JSON.parse(Buffer.from(part, "base64url").toString());
  } catch {
    throw new Error(complaint);
  }
}

export function createProjectKeys(): ProjectKeys {
  const pairs = {
    "es-1": { alg: "ES256" as const, ...generateKeyPairSync("ec", { namedCurve: "P-256" }) },
    "rs-1": { alg: "RS256" as const, ...generateKeyPairSync("rsa", { modulusLength: 2048 }) },
  };
  const hmac = (signed: string, secret: string) => createHmac("sha256", secret).update(signed).digest();

  function holds(alg: string, kid: string, signed: string, signature: Buffer): boolean {
    if (alg === "HS256") {
      const wanted = hmac(signed, SECRET);
      return wanted.length === signature.length && timingSafeEqual(wanted, signature);
    }
    const pair = Object.entries(pairs).find(([id, { alg: own }]) => id === kid && own === alg)?.[1];
    if (!pair) {
      throw new Error(
        `Key for the ${alg} algorithm must be one of type CryptoKey, KeyObject, or JSON Web Key. Received an instance of Uint8Array`,
      );
    }
    return verify("sha256", Buffer.from(signed), { key: pair.publicKey, dsaEncoding: "ieee-p1363" }, signature);
  }

  return {
    jwks: {
      keys: Object.entries(pairs).map(([kid, { alg, publicKey }]) => ({
        ...publicKey.export({ format: "jwk" }),
        kid,
        alg,
        use: "sig",
        key_ops: ["verify"],
      })),
    },
    signShared(claims, secret = SECRET) {
      const signed = `${encode({ alg: "HS256", typ: "JWT" })}.${encode(claims)}`;
      return `${signed}.${hmac(signed, secret).toString("base64url")}`;
    },
    signAsymmetric(claims, { alg = "ES256", kid = alg === "ES256" ? "es-1" : "rs-1", key } = {}) {
      const own = alg === "ES256" ? pairs["es-1"].privateKey : pairs["rs-1"].privateKey;
      const signed = `${encode({ alg, typ: "JWT", kid })}.${encode(claims)}`;
      const signature = sign("sha256", Buffer.from(signed), { key: key ?? own, dsaEncoding: "ieee-p1363" });
      return `${signed}.${signature.toString("base64url")}`;
    },
    check(token) {
      const [head, payload, signature, more] = token.split(".");
      if (!head || payload === undefined || signature === undefined || more !== undefined) {
        throw new Error("Invalid Compact JWS");
      }
      const { alg = "", kid = "" }: Header = decode(head, "JWS Protected Header is invalid");
      if (!["HS256", "ES256", "RS256"].includes(alg)) {
        throw new Error('"alg" (Algorithm) Header Parameter value not allowed');
      }
      if (!holds(alg, kid, `${head}.${payload}`, Buffer.from(signature, "base64url"))) {
        throw new Error("signature verification failed");
      }
      const claims = decode(payload, "JWT Claims Set must be a top-level JSON object");
      const now = Math.floor(Date.now() / 1000);
      if (typeof claims.nbf === "number" && claims.nbf > now) throw new Error('"nbf" claim timestamp check failed');
      if (typeof claims.exp === "number" && claims.exp <= now) throw new Error('"exp" claim timestamp check failed');
      return claims;
    },
  };
}
