import { appendFile, cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import type { Database } from "../database.ts";
import { applyMigrations, MIGRATIONS } from "../migrations/apply-migrations.ts";

async function copyOfMigrations(): Promise<AsyncDisposable & { url: URL; path: string }> {
  const path = await mkdtemp(join(tmpdir(), "pharmadb-migrations-"));
  await cp(MIGRATIONS, path, { recursive: true });
  const remove = () => rm(path, { recursive: true });
  return { url: pathToFileURL(`${path}/`), path, [Symbol.asyncDispose]: remove };
}

/** How the schema is brought up. The database has had all migrations of the repository. */
export function migrationContract(database: () => Database): void {
  test("what has been applied is not applied again", async () => {
    expect(await applyMigrations(database().sql)).toEqual([]);
  });

  test("a file changed after it was applied is refused by name", async () => {
    await using copy = await copyOfMigrations();
    await appendFile(join(copy.path, "20261124000001_files.sql"), "-- changed\n");
    await expect(applyMigrations(database().sql, copy.url)).rejects.toThrow("20261124000001_files.sql was changed");
  });

  test("a migration that fails leaves nothing of itself or its kin, and works once it is mended", async () => {
    const { sql } = database();
    await using copy = await copyOfMigrations();
    await writeFile(join(copy.path, "30000101000001_good.sql"), "create table migration_test (a integer);");
    await writeFile(join(copy.path, "30000101000002_bad.sql"), "create table other_test (a integer); select nonsense;");
    await expect(applyMigrations(sql, copy.url)).rejects.toThrow("nonsense");
    expect(await sql.query("select to_regclass('migration_test') as name")).toEqual([{ name: null }]);
    await writeFile(join(copy.path, "30000101000002_bad.sql"), "drop table migration_test;");
    // Several processes that start at once: one applies, the others find it done.
    const applied = await Promise.all([1, 2, 3].map(() => applyMigrations(sql, copy.url)));
    expect(applied.flat()).toEqual(["30000101000001_good.sql", "30000101000002_bad.sql"]);
    // This version does not know them; a newer one may have been here.
    expect(await applyMigrations(sql)).toEqual([]);
  });

  test("times that are compared with the clock are kept whole", async () => {
    // Rounded to milliseconds, half of them lie in the future for a moment.
    const whole = {
      schedules: ["next_run_at"],
      webhook_deliveries: ["next_attempt_at"],
      webhook_endpoints: ["failing_since", "previous_secret_expires_at"],
      worker_processes: ["seen_at", "alive_until", "steady_since"],
    };
    const wanted = Object.entries(whole).flatMap(([table, columns]) => columns.map((column) => `${table}.${column}`));
    const rows = await database().sql.query(
      `select table_name || '.' || column_name as name, datetime_precision as digits from information_schema.columns
       where table_schema = 'public' and table_name || '.' || column_name = any ($1::text[])`,
      [wanted],
    );
    expect(Object.fromEntries(rows.map(({ name, digits }) => [name, digits]))).toEqual(
      Object.fromEntries(wanted.map((name) => [name, 6])),
    );
  });

  test("every table of ours belongs to tenants, but for those of the service itself", async () => {
    const rows = await database().sql.query(
      `select table_name from information_schema.tables as t
       where table_schema = 'public' and not exists (
         select from information_schema.columns as c
         where c.table_schema = 'public' and c.table_name = t.table_name and c.column_name = 'tenant_id'
           and c.is_nullable = 'NO'
       )`,
    );
    const names = rows.map(({ table_name }) => table_name);
    expect(names.toSorted()).toEqual([
      "audit_seals",
      "dispatch_state",
      "schema_migrations",
      "tenants",
      "worker_processes",
    ]);
  });
}
