import { Writable } from "node:stream";
import { AppError } from "@pharmadb/contracts";
import { expect, test } from "vitest";
import { createLogger } from "./logger.ts";

function capture(secrets: string[] = []) {
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  return { lines, logger: createLogger({ level: "info", service: "test", secrets, stream }) };
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

test("a secret of the configuration is redacted by its value, wherever it stands", () => {
  const { lines, logger } = capture(["no shape of a key", "no shape"]);
  logger.error("with no shape of a key", { error: new Error("no shape of a key"), list: [{ note: "no shape" }] });
  expect(lines.join("")).not.toContain("no shape");
});

test.each(["file_unreadable", "query_failed", "model_refused", "invalid_request"] as const)(
  "an error %s keeps its code and its frames, and loses the message that quotes data",
  (code) => {
    const { lines, logger } = capture();
    const cause = new Error("Could not convert string 'Quetzal' to INT32");
    logger.warn("failed", { error: new AppError(code, 'The cell "Quetzal" is no number.\n    at Quetzal', { cause }) });
    expect(lines.join("")).not.toContain("Quetzal");
    expect(JSON.parse(lines.join("")).error).toMatchObject({
      code,
      stack: expect.stringContaining("logger.test.ts"),
      cause: { name: "Error" },
    });
  },
);

test("what a model's service says stays out, what we say of it stays in", () => {
  const { lines, logger } = capture();
  const cause = new Error("500 You sent: Quetzal");
  logger.warn("failed", { error: new AppError("model_unavailable", "The model service answered 500.", { cause }) });
  expect(lines.join("")).not.toContain("Quetzal");
  expect(lines.join("")).toContain("The model service answered 500.");
});

test("parsers and databases are not quoted when they quote what they were given", () => {
  const { lines, logger } = capture();
  try {
    JSON.parse('{"a": Quetzal}');
  } catch (error) {
    logger.error("failed", { error });
  }
  const refused = new Error('invalid input syntax for type integer: "Quetzal"');
  logger.error("failed", { error: Object.assign(refused, { code: "22P02" }) });
  expect(lines).toHaveLength(2);
  expect(lines.join("")).not.toContain("Quetzal");
});
