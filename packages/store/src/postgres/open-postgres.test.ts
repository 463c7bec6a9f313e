import { describe, expect, test } from "vitest";
import { RecordUnreachable } from "../database-error.ts";
import {
  findPgbouncer,
  findPostgres,
  makeCertificates,
  startPgbouncer,
  startPostgres,
  type TestPostgres,
} from "../testing/index.ts";
import { openPostgres } from "./open-postgres.ts";

async function open(connectionString: string, timing?: { statementMs: number; answerMs: number }) {
  const database = await openPostgres({ connectionString, maxConnections: 2, ...(timing && { timing }) });
  return { ...database, [Symbol.asyncDispose]: () => database.close() };
}

/** Whether the connection is encrypted; an error where there is none. */
async function isEncrypted({ connectionString }: TestPostgres, parameters: string): Promise<unknown> {
  await using database = await open(`${connectionString}${parameters}`);
  const [row] = await database.sql.query("select ssl from pg_stat_ssl where pid = pg_backend_pid()");
  return row?.ssl;
}

const isMissing = (await findPostgres()) === null;
const noPooler = findPgbouncer() === null;

describe.skipIf(isMissing)(`a PostgreSQL server${isMissing ? " (none here)" : ""}`, () => {
  test("is reached over TLS, its certificate checked where the URL says so", async () => {
    await using certificates = await makeCertificates();
    await using server = await startPostgres({ tls: certificates });
    const { ca, otherCa } = certificates;
    expect(await isEncrypted(server, `?sslmode=verify-full&sslrootcert=${ca}`)).toBe(true);
    expect(await isEncrypted(server, "?sslmode=require")).toBe(true);
    await expect(isEncrypted(server, `?sslmode=verify-full&sslrootcert=${otherCa}`)).rejects.toThrow(/certificate/);
    await expect(isEncrypted(server, "?sslmode=verify-full")).rejects.toThrow(/certificate/);
    await expect(isEncrypted(server, "?sslmode=verify-full&sslrootcert=/nowhere.pem")).rejects.toThrow("/nowhere.pem");
    await expect(isEncrypted(server, "")).rejects.toThrow(/no encryption/);
  });

  test("ends a statement that takes too long, but for a transaction that may", async () => {
    await using server = await startPostgres();
    await using database = await open(server.connectionString, { statementMs: 100, answerMs: 5_000 });
    const slow = "select pg_sleep(0.3)";
    await expect(database.sql.query(slow)).rejects.toThrow("statement timeout");
    await database.sql.transaction((transaction) => transaction.query(slow), { unhurried: true });
    await expect(database.sql.transaction((transaction) => transaction.query(slow))).rejects.toThrow(
      "statement timeout",
    );
  });

  test("goes on with a kept statement when a migration has changed what it gives", async () => {
    await using server = await startPostgres();
    await using database = await open(server.connectionString);
    await database.sql.query("create table kept (a integer)");
    await database.sql.query("insert into kept values (1)");
    const all = () => database.sql.query("select * from kept where a = $1", [1], { prepared: "all" });
    expect(await all()).toEqual([{ a: 1 }]);
    const prepared = await database.sql.query("select name from pg_prepared_statements");
    expect(prepared).toEqual([{ name: "all" }]);
    await database.sql.query("alter table kept add column b integer default 2");
    expect(await all()).toEqual([{ a: 1, b: 2 }]);
    expect(await all()).toEqual([{ a: 1, b: 2 }]);
  });

  test("runs a kept statement once that fails for something else that is not supported", async () => {
    await using server = await startPostgres();
    await using database = await open(server.connectionString);
    // What a sequence gives is not taken back with its statement.
    await database.sql.query("create sequence runs");
    await database.sql.query(
      `create function refuse() returns void language plpgsql as $$
       begin
         perform nextval('runs');
         raise exception 'not here' using errcode = '0A000';
       end $$`,
    );
    const refused = database.sql.query("select refuse()", [], { prepared: "refuse" });
    await expect(refused).rejects.toMatchObject({ code: "0A000" });
    expect(await database.sql.query("select last_value::integer as n from runs")).toEqual([{ n: 1 }]);
  });

  test("that falls silent costs the connection only, also in a transaction", async () => {
    await using server = await startPostgres();
    await using database = await open(server.connectionString, { statementMs: 0, answerMs: 300 });
    const pid = async () => Number((await database.sql.query("select pg_backend_pid() as pid"))[0]?.pid);
    const silent = await pid();
    process.kill(silent, "SIGSTOP");
    try {
      await expect(database.sql.query("select 1")).rejects.toThrow("timeout");
      const inTransaction = await pid();
      expect(inTransaction).not.toBe(silent);
      const broken = database.sql.transaction(async (transaction) => {
        process.kill(inTransaction, "SIGSTOP");
        await transaction.query("select 1");
      });
      await expect(broken).rejects.toThrow("timeout");
      process.kill(inTransaction, "SIGCONT");
      expect(await pid()).not.toBe(inTransaction);
    } finally {
      process.kill(silent, "SIGCONT");
    }
  });

  test("that is started again is used again", async () => {
    await using server = await startPostgres();
    await using database = await open(server.connectionString);
    await database.sql.query("create table kept (a integer)");
    const idle = Promise.all([database.sql.query("select 1"), database.sql.query("select 1")]);
    await idle;
    await server.stop("SIGQUIT");
    await expect(database.sql.query("select 1")).rejects.toThrow(RecordUnreachable);
    await expect(database.sql.transaction((transaction) => transaction.query("select 1"))).rejects.toThrow(
      RecordUnreachable,
    );
    await server.start();
    expect(await database.sql.query("select * from kept")).toEqual([]);
  });

  test.skipIf(noPooler)(
    `is used through a pooler in session mode with our own search path${noPooler ? " (no pgbouncer here)" : ""}`,
    async () => {
      await using server = await startPostgres();
      await using pooler = await startPgbouncer(server.port);
      await using database = await open(pooler.connectionString);
      expect(await database.sql.query("show search_path")).toEqual([{ search_path: "bullmq, public" }]);
      expect(await database.sql.query("show statement_timeout")).toEqual([{ statement_timeout: "1min" }]);
    },
  );
});
