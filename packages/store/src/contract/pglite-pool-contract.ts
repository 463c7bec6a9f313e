import { expect, test } from "vitest";
import type { Database } from "../database.ts";

/** What the pool over PGlite's one session owes to those who share it. */
export function pglitePoolContract(database: () => Database): void {
  test("a transaction keeps the session to itself until it ends, and others then go on in order", async () => {
    const { sql, pool } = database();
    await sql.query("create table turn_test (id text, place serial)");
    const client = await pool.connect();
    await client.query("begin; insert into turn_test values ('first')");
    const others = [
      sql.transaction((transaction) => transaction.query("insert into turn_test values ($1)", ["third"])),
      pool.query("insert into turn_test values ('fourth')"),
    ];
    await client.query("insert into turn_test values ($1)", ["second"]);
    await client.query("commit");
    await Promise.all(others);
    client.release();
    const rows = await sql.query<{ id: string }>("select id from turn_test order by place");
    expect(rows.map(({ id }) => id)).toEqual(["first", "second", "third", "fourth"]);
    await sql.query("drop table turn_test");
  });

  test("what a client has begun is undone when it is released, also after a failed statement", async () => {
    const { sql, pool } = database();
    await sql.query("create table release_test (id text)");
    for (const last of ["select 1", "select from nowhere"]) {
      const client = await pool.connect();
      await client.query("begin");
      await client.query("insert into release_test values ('lost')");
      await client.query(last).catch(() => undefined);
      client.release();
      await expect(client.query("select 1")).rejects.toThrow("released");
      expect(() => client.release()).toThrow("already");
    }
    await pool.query("begin");
    await pool.query("insert into release_test values ('kept')");
    await pool.query("rollback");
    expect(await sql.query("select id from release_test")).toEqual([{ id: "kept" }]);
    await sql.query("drop table release_test");
  });

  test("a client that is released no longer hears, and leaves the channel to the others", async () => {
    const { pool } = database();
    const [leaver, stayer] = [await pool.connect(), await pool.connect()];
    const heard: string[] = [];
    leaver.on("notification", ({ payload }) => heard.push(`leaver ${payload}`));
    await leaver.query("listen release_test");
    await stayer.query("listen release_test");
    leaver.release();
    const { promise, resolve } = Promise.withResolvers<void>();
    stayer.on("notification", ({ channel, payload }) => {
      heard.push(`stayer ${payload} on ${channel}`);
      resolve();
    });
    await pool.query("notify release_test, 'hello'");
    await promise;
    expect(heard).toEqual(["stayer hello on release_test"]);
    stayer.release();
    const { rows } = await pool.query("select pg_listening_channels() as channel");
    expect(rows).toEqual([]);
  });

  test("the statements of one client run in the order of the calls", async () => {
    const { pool } = database();
    const client = await pool.connect();
    const results = await Promise.all([
      client.query("begin"),
      client.query("create table order_test (a integer)"),
      client.query("insert into order_test values ($1)", [1]),
      client.query("select a from order_test"),
      client.query("rollback"),
    ]);
    expect(results[3].rows).toEqual([{ a: 1 }]);
    client.release();
  });
}
