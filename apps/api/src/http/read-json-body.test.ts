import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { Problem, Research } from "@pharmadb/contracts";
import { expect } from "vitest";
import { test } from "../testing/api-test.ts";
import type { TestApi } from "../testing/start-test-api.ts";
import { uploadCsv } from "../testing/upload.ts";

const PATH = "/api/v1/research";
const START = '{"question":"Why?';

async function send(api: TestApi, body: Uint8Array, headers: Record<string, string> = {}) {
  const init = { body: Uint8Array.from(body), headers: { "content-type": "application/json", ...headers } };
  const { status, body: answer } = await api.call("POST", PATH, init);
  return { status, answer };
}

const bad = (...bytes: number[]) => Buffer.concat([Buffer.from(START), Buffer.from(bytes), Buffer.from('"}')]);

test.for([
  ["a byte that no character begins with", bad(0xff)],
  ["a letter of Latin-1", bad(0xfc)],
  ["a surrogate", bad(0xed, 0xa0, 0x80)],
  ["a slash written too long", bad(0xc0, 0xaf)],
  ["a character cut off at the end", Buffer.from(`${START}µ`).subarray(0, -1)],
] as const)("a JSON body with %s is refused, with the place", async ([, body], { api }) => {
  const { status, answer } = await send(api, body);
  expect([status, Problem.parse(answer).code]).toEqual([400, "invalid_json"]);
  expect(Problem.parse(answer).detail).toBe(
    `The body is not JSON: It is not UTF-8, from about byte ${START.length + 1} on.`,
  );
});

test("a body that is packed is UTF-8 once it is unpacked", async ({ api }) => {
  const headers = { "content-encoding": "gzip" };
  expect((await send(api, gzipSync(bad(0xff)), headers)).answer).toMatchObject({ code: "invalid_json" });
  const body = JSON.stringify({ question: "Wie viele µg?", file_ids: [await uploadCsv(api)] });
  expect(Research.parse((await send(api, gzipSync(body), headers)).answer).question).toBe("Wie viele µg?");
});

test("letters of every length, and U+FFFD itself, arrive as they were sent, with and without a mark", async ({
  api,
}) => {
  const question = "µ – 薬 💊 \ufffd?";
  const json = JSON.stringify({ question, file_ids: [await uploadCsv(api)] });
  for (const body of [json, `\ufeff${json}`]) {
    const { status, answer } = await send(api, Buffer.from(body));
    expect([status, Research.parse(answer).question]).toEqual([202, question]);
  }
  expect((await send(api, Buffer.from("\ufeff"))).answer).toMatchObject({
    code: "invalid_json",
    detail: expect.stringContaining("empty"),
  });
});

test.for(["UTF-8", "utf8", '"utf-8"', "us-ascii", ""])("JSON may say that its charset is %s", async (name, { api }) => {
  const answer = await send(api, Buffer.from("{}"), { "content-type": `application/json; charset=${name}` });
  expect(answer.status).toBe(422);
});

test.for(["utf-16", "UTF-16LE", "iso-8859-1", "nonesuch"])(
  "JSON in the charset %s is refused by its name",
  async (name, { api }) => {
    const body = Buffer.from('{"question":"Why?"}', "utf16le");
    const { status, answer } = await send(api, body, { "content-type": `application/json; charset=${name}` });
    expect([status, Problem.parse(answer).code]).toEqual([415, "unsupported_media_type"]);
    expect(Problem.parse(answer).detail).toBe(`JSON is sent in UTF-8, not in the charset "${name}".`);
  },
);

test("a client that asks before it sends another charset is not told to go on", async ({ api }) => {
  const head = `POST ${PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 40\r\nExpect: 100-continue\r\nConnection: close`;
  const first = (type: string) =>
    new Promise<string>((resolve) => {
      const asked = connect(Number(new URL(api.url).port), "127.0.0.1");
      asked.once("data", (data) => {
        resolve(String(data).split("\r\n", 1)[0] ?? "");
        asked.destroy();
      });
      asked.write(`${head}\r\nContent-Type: ${type}\r\n\r\n`);
    });
  expect(await first("application/json; charset=utf-16")).toMatch(/^HTTP\/1\.1 415 /);
  expect(await first("application/json; charset=utf-8")).toMatch(/^HTTP\/1\.1 100 /);
});
