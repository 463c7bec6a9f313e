import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { expect, test } from "vitest";
import type { Claims, ProjectKeys } from "./project-keys.ts";
import { type SupabaseDouble, startSupabaseDouble } from "./start-supabase-double.ts";

const RECORDING = resolve(import.meta.dirname, "../../../../shared/data/fixtures/supabase/wire.ndjson");
const isHere = existsSync(RECORDING);

type Body = { bytes: number; text: string };
type Recorded = {
  label: string;
  method: string;
  path: string;
  reqHeaders: Record<string, string>;
  reqBody: Body;
  status: number;
  resHeaders: Record<string, string>;
  resBody: Body;
};

const HEADERS_SENT = [
  "authorization",
  "x-upsert",
  "cache-control",
  "content-type",
  "x-metadata",
  "range",
  "if-none-match",
];
const HEADERS_COMPARED = [
  ...["content-type", "content-length", "content-range", "content-disposition", "accept-ranges", "etag"],
  ...["cache-control", "x-robots-tag"],
];
/** What the service does not use and the double does not play; the recording's Auth server was none either. */
const NOT_PLAYED = /^\/storage\/v1\/object\/(sign|upload\/sign|copy|move|list-v2)|^\/storage\/v1\/version|^\/auth\//;

test.skipIf(!isHere)(
  "the double answers as the real server was recorded (skipped without ../shared)",
  async () => {
    const recording = readFileSync(RECORDING, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Recorded);
    const racers = recording.filter(isRacer);
    const allThere = Promise.withResolvers<void>();
    let arrived = 0;
    const onRequest = ({ path, method }: { path: string; method: string }) => {
      if (!isRacer({ path, method })) return;
      if (++arrived === racers.length) allThere.resolve();
      return allThere.promise;
    };
    await using double = await startSupabaseDouble({ onRequest });
    const differing: object[] = [];
    const compared = async (exchange: Recorded) => {
      const { resBody, status, resHeaders, label } = exchange;
      const wanted = comparable(status, resHeaders, resBody.text);
      const got = await replay(double, exchange);
      // Of binary and of long bodies the recording has the beginning, or not even that.
      if (resBody.text.startsWith("<binary>")) wanted.body = "";
      else if (resBody.text.length < resBody.bytes) wanted.body = wanted.body.slice(0, 3_000);
      if (resBody.text.length < resBody.bytes) got.body = got.body.slice(0, wanted.body.length);
      if (!isDeepStrictEqual(got, wanted)) differing.push({ label, got, wanted });
    };
    let played = 0;
    for (const exchange of recording) {
      if (NOT_PLAYED.test(exchange.path)) {
        await standIn(double, exchange);
        continue;
      }
      played++;
      if (!isRacer(exchange)) await compared(exchange);
      else if (exchange === racers[0]) await Promise.all(racers.map(compared));
    }
    expect(differing).toEqual([]);
    expect(played).toBeGreaterThan(140);
  },
  60_000,
);

/** Several uploads of one key at once, which must all be under way before one of them is answered. */
function isRacer({ method, path }: { method: string; path: string }): boolean {
  return method === "POST" && path.endsWith("/object/priv/race.txt");
}

async function replay(double: SupabaseDouble, exchange: Recorded) {
  const { method, path, reqHeaders } = exchange;
  const headers: Record<string, string> = {};
  for (const name of HEADERS_SENT) {
    const value = reqHeaders[name];
    if (value !== undefined) headers[name] = name === "authorization" ? resigned(value, exchange, double.keys) : value;
  }
  // Bytes, since a string would bring a content type of its own.
  const body = method === "GET" || method === "HEAD" ? null : bodyOf(exchange);
  const response = await fetch(double.url + path, { method, headers, body });
  return comparable(response.status, Object.fromEntries(response.headers), await response.text());
}

/** The recording keeps of binary bodies the first bytes; they are that short, or one byte over and over. */
function bodyOf({ reqBody: { bytes, text }, reqHeaders }: Recorded): Uint8Array<ArrayBuffer> {
  const [, hex] = /^<binary> ([0-9a-f]+)$/.exec(text) ?? [];
  if (hex === undefined) return new Uint8Array(Buffer.from(text));
  const length = Number(reqHeaders["content-length"] ?? bytes);
  const start = Buffer.from(hex, "hex");
  return new Uint8Array(Buffer.concat([start, Buffer.alloc(Math.max(0, length - start.length), start[0])]));
}

/** The token with the double's keys in the place of the recorded project's, and its times moved to today. */
function resigned(authorization: string, { label, resHeaders }: Recorded, keys: ProjectKeys): string {
  const [head = "", payload = "", signature = ""] = authorization.replace("Bearer ", "").split(".");
  if (payload === "" || signature === "" || head.length < 10) return authorization;
  const read = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString());
  const { alg, kid } = read(head);
  const claims: Claims = read(payload);
  const later = Math.floor((Date.now() - Date.parse(resHeaders.date ?? "")) / 1000);
  for (const time of ["iat", "nbf", "exp"]) if (typeof claims[time] === "number") claims[time] += later;
  if (alg === "HS256")
    return `Bearer ${keys.signShared(claims, label.includes("wrong secret") ? "another" : undefined)}`;
  return `Bearer ${keys.signAsymmetric(claims, kid === "other-kid" ? { kid } : {})}`;
}

/** What of an answer must be the same each time. */
function comparable(status: number, headers: Record<string, string>, body: string) {
  const compared = HEADERS_COMPARED.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]]));
  return {
    status,
    headers: Object.fromEntries(compared),
    body: body
      .replaceAll(/(?<!1)[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g, "uuid")
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "time"),
  };
}

/** Brings about by other means what a part that is not played did to the objects. */
async function standIn(double: SupabaseDouble, { method, path, status, reqHeaders, reqBody }: Recorded): Promise<void> {
  if (status !== 200) return;
  const headers = { authorization: `Bearer ${double.serviceKey}` };
  const address = (bucket: string, key: string) => `${double.url}/storage/v1/object/${bucket}/${key}`;
  const signed = /\/upload\/sign\/([^/]+)\/([^?]+)/.exec(path);
  if (method === "PUT" && signed) {
    const [, bucket = "", key = ""] = signed;
    await fetch(address(bucket, key), { method: "PUT", headers, body: reqBody.text });
  }
  if (!/\/object\/(copy|move)$/.test(path)) return;
  const { bucketId, sourceKey, destinationKey, destinationBucket = bucketId } = JSON.parse(reqBody.text);
  const source = await fetch(address(bucketId, sourceKey), { headers });
  const type = source.headers.get("content-type") ?? reqHeaders["content-type"] ?? "";
  const copy = { ...headers, "content-type": type, "cache-control": source.headers.get("cache-control") ?? "" };
  await fetch(address(destinationBucket, destinationKey), { method: "PUT", headers: copy, body: await source.bytes() });
  if (path.endsWith("move")) await fetch(address(bucketId, sourceKey), { method: "DELETE", headers });
}
