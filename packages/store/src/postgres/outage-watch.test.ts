import { expect, test } from "vitest";
import { findPostgres, startPostgres } from "../testing/index.ts";
import { openPostgres } from "./open-postgres.ts";

const isMissing = (await findPostgres()) === null;

test.skipIf(isMissing)(
  `an outage is told of once, and its end once, however many statements notice${isMissing ? " (no Postgres here)" : ""}`,
  async () => {
    await using server = await startPostgres();
    const lines: string[] = [];
    const say = (message: string) => lines.push(message);
    await using stack = new AsyncDisposableStack();
    const { sql } = stack.adopt(
      await openPostgres({
        connectionString: server.connectionString,
        maxConnections: 4,
        log: { info: say, warn: say },
      }),
      (opened) => opened.close(),
    );
    const ask = () => sql.query("select 1").then(() => "answered", String);
    const askAtOnce = () => Promise.all(Array.from({ length: 12 }, ask));
    const tell = () => sql.transaction((transaction) => transaction.query("select 1"));
    await askAtOnce();
    await expect(sql.query("select nothing")).rejects.toThrow("nothing");
    expect(lines).toEqual([]);
    await server.stop("SIGQUIT");
    expect(await askAtOnce()).not.toContain("answered");
    await expect(tell()).rejects.toThrow();
    expect(lines).toEqual(["Postgres is away, waiting for it"]);
    await server.start();
    await tell();
    expect(await askAtOnce()).toEqual(Array.from({ length: 12 }, () => "answered"));
    expect(lines).toEqual(["Postgres is away, waiting for it", "Postgres is back"]);
  },
);

test.skipIf(isMissing)("of a server that has never answered, only who opens it hears", async () => {
  await using server = await startPostgres();
  await server.stop();
  const lines: string[] = [];
  const log = { info: (line: string) => lines.push(line), warn: (line: string) => lines.push(line) };
  const { sql, close } = await openPostgres({ connectionString: server.connectionString, maxConnections: 1, log });
  await expect(sql.query("select 1")).rejects.toMatchObject({ name: "RecordUnreachable" });
  await close();
  expect(lines).toEqual([]);
});
