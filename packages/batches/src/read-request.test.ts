import { newId } from "@pharmadb/contracts";
import { expect, test } from "vitest";
import type { RawRequest } from "./raw-request.ts";
import { readLines } from "./read-lines.ts";
import { readRequest } from "./read-request.ts";

const FILE = newId("file");
const GOOD = { custom_id: "a", question: "How many?", file_ids: [FILE] };

async function readAll(...chunks: (string | Buffer)[]) {
  async function* source() {
    for (const chunk of chunks) yield Buffer.from(chunk as string);
  }
  const found: RawRequest[] = [];
  for await (const some of readLines(source())) found.push(...some);
  return found.map(readRequest);
}

const complaints = async (line: unknown) => {
  const [read] = await readAll(typeof line === "string" ? line : JSON.stringify(line));
  return read && "error" in read ? read.error.errors : read;
};

test("a line is a request of the priority batch, with its defaults, and its id apart", async () => {
  const request = { question: "How many?", file_ids: [FILE], depth: "standard", priority: "batch", metadata: {} };
  const requestJson = JSON.stringify(request);
  const line = { line: 1, customId: "a", requestJson, requestBytes: requestJson.length };
  expect(await readAll(`\ufeff${JSON.stringify(GOOD)}\r\n`)).toEqual([
    { ...line, metadata: {}, fileIds: [FILE], timeoutSeconds: undefined, webhookUrl: undefined },
  ]);
});

test.each([
  ["not JSON", "{nonsense}", [{ path: "", message: /^The line is not JSON: / }]],
  ["no object", "5", [{ path: "", message: /object/ }]],
  ["no id", { ...GOOD, custom_id: undefined }, [{ path: "custom_id", message: /string/ }]],
  ["an empty id", { ...GOOD, custom_id: "" }, [{ path: "custom_id", message: /at least 1/ }]],
  ["an id with U+0000", { ...GOOD, custom_id: "a\u0000" }, [{ path: "custom_id", message: /stored/ }]],
  [
    "an id with half a character",
    '{"question":"How?","custom_id":"\\ud800"}',
    [{ path: "custom_id", message: /stored/ }],
  ],
  ["no question", { ...GOOD, question: "" }, [{ path: "question", message: /3 characters/ }]],
  ["an unknown field", { ...GOOD, colour: 1 }, [{ path: "colour", message: /^Unknown field/ }]],
  [
    "a name that would be lost",
    `{"custom_id":"a","question":"How many?","metadata":{"__proto__":"x"}}`,
    [{ path: "metadata.__proto__", message: /this name/ }],
  ],
  ["another priority", { ...GOOD, priority: "interactive" }, [{ path: "priority", message: /leave the field out/ }]],
  ["nothing to search", { ...GOOD, file_ids: [] }, [{ path: "file_ids", message: /nothing to search/ }]],
  ["a source that is not there", { ...GOOD, sources: ["pubmed"] }, [{ path: "sources.0", message: /not enabled/ }]],
])("%s is told of by field", async (_what, line, expected) => {
  const found = await complaints(line);
  for (const [index, { path, message }] of expected.entries()) {
    expect(found).toHaveProperty([index, "path"], path);
    expect(found).toHaveProperty([index, "message"], expect.stringMatching(message));
  }
});

test("what cannot be read is told of by its number, and the lines after it are read", async () => {
  const good = JSON.stringify(GOOD);
  const lines = await readAll(
    `${good}\n`,
    Buffer.from([0x22, 0xff, 0x22, 0x0a]),
    "x".repeat(1024 * 1024 + 1),
    `\n${good}`,
  );
  expect(lines.map((line) => [line.line, "error" in line ? line.error.message : "good"])).toEqual([
    [1, "good"],
    [2, "The line is not UTF-8."],
    [3, "A line has at most 1 MiB."],
    [4, "good"],
  ]);
});

test("nesting without end exhausts nothing", async () => {
  const deep = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
  const line = `{"custom_id":"a","question":"How many?","output_schema":{"a":${deep}}}`;
  expect(await complaints(line)).toMatchObject([{ message: expect.stringContaining("levels deep") }]);
});

test("complaints can be stored, and are no longer than they need be", async () => {
  const line = JSON.stringify({ ...GOOD, [`a\u0000${"b".repeat(2000)}`]: 1 }).replace("b", "\\ud800");
  const [complaint] = (await complaints(line)) as { path: string }[];
  expect(complaint?.path.isWellFormed()).toBe(true);
  expect(complaint?.path).not.toContain("\0");
  expect(complaint?.path.length).toBeLessThan(600);
});
