import { Writable } from "node:stream";
import { expect, test } from "vitest";
import { createLogger } from "./logger.ts";

function capture() {
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  return { lines, logger: createLogger({ level: "info", service: "test", stream }) };
}

test("a line is one JSON object with the ids that were bound once", () => {
  const { lines, logger } = capture();
  logger.child({ research_id: "res_1" }).info("claimed", { attempt: 2 });
  expect(JSON.parse(lines.join(""))).toMatchObject({
    level: "info",
    message: "claimed",
    service: "test",
    research_id: "res_1",
    attempt: 2,
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
  });
});

test("secrets are redacted by field name, in messages, in errors and in their causes", () => {
  const { lines, logger } = capture();
  const cause = new Error("connect postgres://user:hunter22@localhost/db failed");
  logger.child({ authorization: "Bearer abcdefghijkl" }).error("call with sk-abcdefgh12345678 failed", {
    headers: { "x-api-key": "planted-value" },
    error: new Error("key pdb_abcdefghijklmnop refused", { cause }),
  });
  const line = lines.join("");
  for (const secret of ["abcdefghijkl", "sk-abcdefgh", "planted-value", "hunter22"]) expect(line).not.toContain(secret);
  expect(line).toContain("[redacted]");
});

test("an error keeps its name, message and cause", () => {
  const { lines, logger } = capture();
  logger.error("failed", { error: new TypeError("outer", { cause: new Error("inner") }) });
  expect(JSON.parse(lines.join("")).error).toMatchObject({
    name: "TypeError",
    message: "outer",
    cause: { message: "inner" },
  });
});
