import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { AppError } from "@pharmadb/contracts";
import type { Sql } from "../sql.ts";

export const MIGRATIONS = new URL("../../../../supabase/migrations/", import.meta.url);
const LOCK_KEY = 5_206_313_901;

type Migration = { name: string; text: string; sha256: string };

/**
 * Applies what is new in `supabase/migrations`, in the order of the names, and answers with the names applied now.
 * All of it is one transaction under one lock, so that several processes may start at once.
 *
 * Migrations that a newer version has applied are left alone: it may run beside this one during a roll-out.
 *
 * @throws when a file that has been applied was changed, and when the database's role would see no rows.
 */
export async function applyMigrations(sql: Sql, directory: URL = MIGRATIONS): Promise<string[]> {
  const migrations = await readMigrations(directory);
  const apply = async (transaction: Sql) => {
    await transaction.query("select pg_advisory_xact_lock($1)", [LOCK_KEY]);
    await transaction.query("set local search_path to public");
    await transaction.query(`
      create table if not exists schema_migrations (
        name text primary key,
        sha256 text not null,
        applied_at timestamptz(3) not null default clock_timestamp()
      )`);
    await refuseHiddenRows(transaction);
    const applied = await transaction.query<{ name: string; sha256: string }>(
      "select name, sha256 from schema_migrations order by name",
    );
    const pending = pendingOf(migrations, applied);
    for (const { name, text, sha256 } of pending) {
      await transaction.query(text);
      await transaction.query("insert into schema_migrations (name, sha256) values ($1, $2)", [name, sha256]);
    }
    return pending.map(({ name }) => name);
  };
  return sql.transaction(apply, { unhurried: true });
}

/** To a role whom row level security holds back all tables look empty, which is worse than an error. */
async function refuseHiddenRows(sql: Sql): Promise<void> {
  const [row] = await sql.query<{ hidden: boolean }>("select row_security_active('schema_migrations') as hidden");
  if (!row?.hidden) return;
  throw new AppError(
    "unavailable",
    "The role of DATABASE_URL must own the service's tables; it cannot see their rows.",
  );
}

async function readMigrations(directory: URL): Promise<Migration[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(".sql")).sort();
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(new URL(name, directory), "utf8");
      return { name, text, sha256: createHash("sha256").update(text).digest("hex") };
    }),
  );
}

function pendingOf(migrations: Migration[], applied: { name: string; sha256: string }[]): Migration[] {
  const hashes = new Map(applied.map(({ name, sha256 }) => [name, sha256]));
  return migrations.filter(({ name, sha256 }) => {
    const known = hashes.get(name);
    if (known !== undefined && known !== sha256) throw new Error(`Migration ${name} was changed after it was applied.`);
    return known === undefined;
  });
}
