import { expect, test } from "vitest";
import type { Database } from "../database.ts";
import { applyMigrations } from "../migrations/apply-migrations.ts";
import { openPostgres } from "../postgres/open-postgres.ts";

/** What comes with a server that others use too, and that can go away. */
export function postgresServerContract(database: () => Database, connectionString: () => string): void {
  const open = async (name: string) => {
    const url = new URL(connectionString());
    url.pathname = name;
    const opened = await openPostgres({ connectionString: url.href, maxConnections: 2 });
    return { ...opened, [Symbol.asyncDispose]: () => opened.close() };
  };

  test("services that start at once on an empty database apply each migration once", async () => {
    await database().sql.query("create database empty_test");
    await using one = await open("empty_test");
    await using two = await open("empty_test");
    const applied = await Promise.all([one, two].map(({ sql }) => applyMigrations(sql)));
    expect(applied.map(({ length }) => length).sort()).toEqual([0, applied.flat().length]);
    const rows = await one.sql.query("select name from schema_migrations order by name");
    expect(rows.map(({ name }) => name)).toEqual(applied.flat());
  });

  test("a connection that the server ends fails its own statement or transaction, and the next ones work", async () => {
    await using own = await open("postgres");
    await database().sql.query("create table broken_test (a integer)");
    const kill = (pid: unknown) => database().sql.query("select pg_terminate_backend($1)", [pid]);
    const broken = own.sql.transaction(async (transaction) => {
      await transaction.query("insert into broken_test values (1)");
      const [row] = await transaction.query("select pg_backend_pid() as pid");
      await kill(row?.pid);
      await transaction.query("insert into broken_test values (2)");
    });
    await expect(broken).rejects.toThrow();
    expect(await own.sql.query("select * from broken_test")).toEqual([]);
    // Also while it is idle in the pool, where nobody awaits it.
    const [idle] = await own.sql.query("select pg_backend_pid() as pid");
    const { promise: removed, resolve } = Promise.withResolvers<void>();
    own.pool.on("error", () => resolve());
    await kill(idle?.pid);
    await removed;
    expect(await own.sql.query("select 1 as one")).toEqual([{ one: 1 }]);
    await database().sql.query("drop table broken_test");
  });
}
