import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findOnlyTable } from "./find-only-table.ts";

/** The text of the table that is found; null where none is. */
async function foundIn(text: string): Promise<string | null> {
  const directory = await mkdtemp(join(tmpdir(), "only-table-"));
  try {
    const path = join(directory, "file.json");
    await writeFile(path, text);
    const span = await findOnlyTable(path);
    return span === null ? null : Buffer.from(text).subarray(span.start, span.end).toString();
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

test.each([
  [
    "beside other values",
    '{"meta": {"total": 2}, "results": [{"id": 1}, {"id": 2}], "next": null}',
    '[{"id": 1}, {"id": 2}]',
  ],
  ["within other objects", '{"data": {"page": {"rows": [{"a": "ü]"}]}}}', '[{"a": "ü]"}]'],
  [
    "beside arrays that are no tables",
    '{"ids": [1, 2], "none": [], "t": [ {"a": [{"b": 1}]} ]}',
    '[ {"a": [{"b": 1}]} ]',
  ],
  ["beside brackets in texts", '{"note": "[{\\"", "t": [{"a": "\\\\"}]}', '[{"a": "\\\\"}]'],
])("one array of objects is found %s", async (_where, text, table) => {
  expect(await foundIn(text)).toBe(table);
});

test.each([
  ["two tables", '{"a": [{"x": 1}], "b": [{"y": 1}]}'],
  ["no table", '{"a": [1, 2], "b": {"c": []}}'],
  ["a table in an array of arrays", '{"a": [[{"x": 1}]]}'],
  ["a table too deep", '{"a": {"b": {"c": {"d": [{"x": 1}]}}}}'],
  ["several objects", '{"a": [{"x": 1}]}\n{"a": [{"x": 2}]}'],
  ["an object that does not end", '{"a": [{"x": 1}]'],
])("%s is not taken for one", async (_what, text) => {
  expect(await foundIn(text)).toBeNull();
});
