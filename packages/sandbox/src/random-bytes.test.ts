import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { AppError } from "@pharmadb/contracts";
import fc from "fast-check";
import { writeXlsx } from "hucre/xlsx";
import { afterAll, expect, test } from "vitest";
import { openTestSandbox } from "./testing/open-test-sandbox.ts";
import { tableProfileOf } from "./testing/table-profile-of.ts";
import { writeXpt } from "./testing/write-xpt.ts";

const opened = await openTestSandbox({ readTimeoutMs: 20_000 });
afterAll(() => opened[Symbol.asyncDispose]());

const ENDINGS = ["csv", "tsv", "txt", "json", "ndjson", "parquet", "xlsx", "xpt", "csv.gz", "pdf", "xml", "dat", ""];
const MARKS = [
  "PAR1",
  "PK\u0003\u0004",
  "\u001f\u008b",
  `HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!${"0".repeat(30)}`,
  "{",
  "[",
  '"',
  "%PDF-1.4",
  "a,b\n",
];

async function outcomeOf(name: string, content: Uint8Array): Promise<string> {
  try {
    return (await opened.inspect(name, content)).kind;
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
}

test("random bytes under any name are read or refused, and nothing else ends", { timeout: 120_000 }, async () => {
  const bytes = fc.tuple(fc.constantFrom("", ...MARKS), fc.uint8Array({ maxLength: 2000 }));
  await fc.assert(
    fc.asyncProperty(bytes, fc.constantFrom(...ENDINGS), async ([mark, rest], ending) => {
      const content = Buffer.concat([Buffer.from(mark, "latin1"), rest]);
      expect(["table", "document", "file_unreadable"]).toContain(await outcomeOf(`random.${ending}`, content));
    }),
    { numRuns: 60 },
  );
  expect(tableProfileOf(await opened.inspect("good.csv", "a,b\n1,2\n")).row_count).toBe(1);
});

test("good files with some bytes changed are read or refused, and nothing else ends", {
  timeout: 120_000,
}, async () => {
  const good = await goodFiles();
  const change = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), to: fc.integer({ min: 0, max: 255 }) });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...good),
      fc.array(change, { minLength: 1, maxLength: 8 }),
      async ([name, bytes], changes) => {
        const content = Buffer.from(bytes);
        for (const { at, to } of changes) content[Math.floor(at * (content.length - 1))] = to;
        expect(["table", "document", "file_unreadable"]).toContain(await outcomeOf(name, content));
      },
    ),
    { numRuns: 50 },
  );
});

async function goodFiles(): Promise<[string, Uint8Array][]> {
  const path = `${opened.directory}/good.parquet`;
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  await connection.run(`COPY (SELECT i, i::VARCHAR AS t, [i] AS l FROM range(300) r(i)) TO '${path}'`);
  connection.disconnectSync();
  instance.closeSync();
  const variables = [{ name: "A" }, { name: "B", text: 20 }];
  return [
    ["good.parquet", readFileSync(path)],
    [
      "good.xpt",
      writeXpt([
        {
          name: "A",
          variables,
          rows: [
            [1, "x"],
            [2, "y"],
          ],
        },
      ]),
    ],
    [
      "good8.xpt",
      writeXpt(
        [
          {
            name: "A",
            variables,
            rows: [
              [1, "x"],
              [2, "y"],
            ],
          },
        ],
        8,
      ),
    ],
    [
      "good.xlsx",
      await writeXlsx({
        sheets: [
          {
            name: "S",
            rows: [
              ["A", "B"],
              [1, "x"],
            ],
          },
        ],
      }),
    ],
    ["good.csv.gz", gzipSync("a,b\n1,x\n2,y\n")],
    ["good.json", Buffer.from('[{"a": 1, "b": {"c": [1, 2]}}, {"a": 2}]')],
  ];
}
