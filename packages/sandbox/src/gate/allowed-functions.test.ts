import { expect, test } from "vitest";
import { ALLOWED_FOR_ENGINE, ALLOWED_FUNCTIONS, ALLOWED_TABLE_FUNCTIONS, BUILTIN_VIEWS } from "./allowed-functions.ts";
import { listAllowedFunctions } from "./list-allowed-functions.ts";

test("the frozen allowlist is the one of the installed engine", async () => {
  const listed = await listAllowedFunctions();
  expect(listed.engineVersion, "run scripts/write-function-allowlist.ts and read what changed").toBe(
    ALLOWED_FOR_ENGINE,
  );
  expect(listed.scalar).toEqual([...ALLOWED_FUNCTIONS]);
  expect(listed.table).toEqual([...ALLOWED_TABLE_FUNCTIONS]);
  expect(listed.builtinViews).toEqual([...BUILTIN_VIEWS]);
});

test.each(["getenv", "current_setting", "sleep_ms", "json_structure", "finalize", "pg_sleep", "nextval", "write_log"])(
  "%s is not on the list",
  (name) => {
    expect(ALLOWED_FUNCTIONS.has(name)).toBe(false);
  },
);

test("no function of the list for FROM reads a file or takes SQL", () => {
  expect([...ALLOWED_TABLE_FUNCTIONS]).toEqual([
    "generate_series",
    "json_each",
    "json_tree",
    "range",
    "repeat",
    "repeat_row",
    "unnest",
  ]);
});
