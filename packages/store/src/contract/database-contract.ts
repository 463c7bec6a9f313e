import { once } from "node:events";
import { expect, test } from "vitest";
import type { Database, PoolClientSurface } from "../database.ts";

/** What both databases do alike below our own statements: types, transactions and the pool that the queue gets. */
export function databaseContract(database: () => Database): void {
  test("int8 and numeric come as text, json parsed, times as dates, arrays as arrays", async () => {
    const parameters = [
      "9007199254740993",
      "0.1",
      '{"b":1,"a":[null]}',
      "2026-01-02T03:04:05.678Z",
      ["x", 'y"\\,{', null],
    ];
    const text = "select $1::int8 as a, $2::numeric as b, $3::json as c, $4::timestamptz as d, $5::text[] as e, 7 as f";
    const expected = {
      a: "9007199254740993",
      b: "0.1",
      c: { b: 1, a: [null] },
      d: new Date("2026-01-02T03:04:05.678Z"),
      e: ["x", 'y"\\,{', null],
      f: 7,
    };
    expect(await database().sql.query(text, parameters)).toEqual([expected]);
    expect((await database().pool.query(text, parameters)).rows).toEqual([expected]);
  });

  test("U+0000, which PostgreSQL cannot hold, is replaced in texts rather than failing the statement", async () => {
    const [row] = await database().sql.query("select $1::text as a, $2::text[] as b", ["x\0", ["y\0"]]);
    expect(row).toEqual({ a: "x\ufffd", b: ["y\ufffd"] });
  });

  test("a statement that fails the first time it runs can run again, and leaves no copies behind", async () => {
    const { sql } = database();
    const text = "select 1 / $1::integer as a";
    for (let turn = 0; turn < 3; turn++) await expect(sql.query(text, [0])).rejects.toMatchObject({ code: "22012" });
    expect(await sql.query(text, [1])).toEqual([{ a: 1 }]);
    const kept = await sql.query("select from pg_prepared_statements where statement = $1", [text]);
    expect(kept.length).toBeLessThanOrEqual(1);
  });

  test("a failed statement carries PostgreSQL's error code and spoils nothing after it", async () => {
    const { sql } = database();
    await expect(sql.query("select $1::int8", ["x"])).rejects.toMatchObject({ code: "22P02" });
    await expect(sql.query("select from nowhere")).rejects.toMatchObject({ code: "42P01" });
    await expect(sql.query("select from nowhere where 1 = $1", [1])).rejects.toMatchObject({ code: "42P01" });
    expect(await sql.query("select $1::int8 as a", ["1"])).toEqual([{ a: "1" }]);
  });

  test("a transaction that throws leaves nothing behind, one that ends does", async () => {
    const { sql } = database();
    await sql.query("create table if not exists transaction_test (id text primary key)");
    const failing = sql.transaction(async (transaction) => {
      await transaction.query("insert into transaction_test values ($1)", ["lost"]);
      await transaction.transaction((inner) => inner.query("insert into transaction_test values ($1)", ["lost too"]));
      throw new Error("on purpose");
    });
    await expect(failing).rejects.toThrow("on purpose");
    await sql.transaction((transaction) => transaction.query("insert into transaction_test values ($1)", ["kept"]));
    expect(await sql.query("select id from transaction_test")).toEqual([{ id: "kept" }]);
    await sql.query("drop table transaction_test");
  });

  test("a transaction that goes on after a failed statement does not pass for committed", async () => {
    const { sql } = database();
    const work = sql.transaction((transaction) => transaction.query("select from nowhere").catch(() => "ignored"));
    await expect(work).rejects.toThrow("rolled back");
  });

  test("a statement that has been prepared goes on after the shape of its table changed", async () => {
    const { sql } = database();
    await sql.query("create table shape_test (a integer)");
    const text = "select * from shape_test where $1";
    await sql.query("insert into shape_test values ($1)", [1]);
    expect(await sql.query(text, [true])).toEqual([{ a: 1 }]);
    await sql.query("alter table shape_test add column b integer");
    expect(await sql.query(text, [true])).toEqual([{ a: 1, b: null }]);
    await sql.query("drop table shape_test");
  });

  test("a client's transaction does not mix with our statements", async () => {
    const { sql, pool } = database();
    await sql.query("create table mixing_test (id text primary key)");
    const client = await pool.connect();
    await client.query("begin");
    await client.query("insert into mixing_test values ($1)", ["theirs"]);
    const ours = sql.query("insert into mixing_test values ('ours')");
    await client.query("rollback");
    client.release();
    await ours;
    expect(await sql.query("select id from mixing_test")).toEqual([{ id: "ours" }]);
    await sql.query("drop table mixing_test");
  });

  test("statements of clients outside a transaction go on while another client is checked out", async () => {
    const { pool } = database();
    const idle = await pool.connect();
    const { rows, rowCount } = await pool.query("select generate_series(1, $1::integer) as n", [2]);
    expect({ rows, rowCount }).toEqual({ rows: [{ n: 1 }, { n: 2 }], rowCount: 2 });
    idle.release();
  });

  test("notifications reach the clients that listen, until they unlisten", async () => {
    const { pool } = database();
    const [one, two] = [await pool.connect(), await pool.connect()];
    const heard: string[] = [];
    one.on("notification", ({ payload }) => heard.push(`one ${payload}`));
    two.on("notification", ({ payload }) => heard.push(`two ${payload}`));
    await one.query("-- as BullMQ writes it\nLISTEN store_test;\n");
    await two.query('listen "store_test"');
    await notified(two, () => pool.query("select pg_notify('store_test', $1)", ["a"]));
    await one.query("unlisten store_test");
    await notified(two, () => pool.query("select pg_notify('store_test', $1)", ["b"]));
    expect(heard.sort()).toEqual(["one a", "two a", "two b"]);
    await two.query("unlisten *");
    one.release();
    two.release();
  });

  test("BullMQ's schema comes first for names without one, and ours are found behind it", async () => {
    const [row] = await database().sql.query("show search_path");
    expect(row).toEqual({ search_path: "bullmq, public" });
    expect(await database().sql.query("select to_regclass('research')::text as name")).toEqual([{ name: "research" }]);
  });
}

async function notified(client: PoolClientSurface, notify: () => Promise<unknown>): Promise<void> {
  const heard = once(client as unknown as NodeJS.EventEmitter, "notification");
  await notify();
  await heard;
}
