import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { RawRequest } from "./raw-request.ts";
import { readBody } from "./read-body.ts";

async function read(body: string | Buffer, chunkBytes = 7) {
  const bytes = Buffer.from(body as string);
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
  }
  const { requests, fields } = readBody(chunks());
  const found: RawRequest[] = [];
  for await (const some of requests) found.push(...some);
  return { values: found.map((each) => [each.line, "value" in each ? each.value : each.complaint]), fields };
}

test("the requests come in their order and the other fields wherever they are", async () => {
  const body = { metadata: { a: "b" }, requests: [{ question: "ä\n" }, [1], "x", null, 5], webhook: { url: "u" } };
  const { values, fields } = await read(JSON.stringify(body));
  expect(values).toEqual(body.requests.map((request, index) => [index + 1, request]));
  expect(fields).toMatchObject({ metadata: { a: "b" }, webhook: { url: "u" } });
  expect(Array.isArray(fields.requests)).toBe(true);
});

test("requests are read as JSON.parse reads them, in whatever pieces they arrive", async () => {
  const request = fc.dictionary(
    fc.string().filter((key) => key !== "__proto__"),
    fc.jsonValue(),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(request, { maxLength: 6 }), fc.integer({ min: 1, max: 50 }), async (requests, size) => {
      const { values } = await read(JSON.stringify({ requests }, null, 1), size);
      expect(values.map(([, value]) => value)).toEqual(JSON.parse(JSON.stringify(requests)));
    }),
  );
});

test("items of other lists are not taken for requests", async () => {
  expect((await read('{"requests":{"a":1},"metadata":{"requests":[1]}}')).values).toEqual([]);
  expect((await read('{"requests":{"a":1}}')).fields).toMatchObject({ requests: expect.not.arrayContaining([1]) });
});

test.each([
  ["", /empty/],
  ["  ", /not JSON/],
  ['{"requests":[1,}', /not JSON/],
  ['{"requests":[1]', /not JSON/],
  ['{"requests":[1]} {}', /not JSON/],
  ["nonsense", /not JSON/],
  [Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), /not UTF-8/],
  ["[1]", /not a JSON object/],
])("%j is refused", async (body, says) => {
  await expect(read(body)).rejects.toThrow(says);
});

test("fields that the body cannot have are refused by name as they come, and not held", async () => {
  let sent = 0;
  async function* long() {
    yield Buffer.from("{");
    for (let n = 0; n < 10_000; n++) {
      const text = `"field-${n}":${n},`;
      sent += text.length;
      yield Buffer.from(text);
    }
  }
  const { requests, fields } = readBody(long());
  await expect(Array.fromAsync(requests)).rejects.toMatchObject({
    code: "invalid_request",
    errors: [{ path: "field-0" }],
  });
  expect(sent).toBeLessThan(1024);
  expect(fields).toEqual({});
});

test("a request without end is not held", async () => {
  let sent = 0;
  async function* endless() {
    yield Buffer.from('{"requests":["');
    for (;;) {
      sent += 65_536;
      yield Buffer.alloc(65_536, "x");
    }
  }
  const { requests } = readBody(endless());
  await expect(Array.fromAsync(requests)).rejects.toMatchObject({ code: "payload_too_large" });
  expect(sent).toBeLessThan(4 * 1024 * 1024);
});
