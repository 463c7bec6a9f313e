import { openQueues } from "@pharmadb/queue";
import { applyMigrations, openPostgres } from "@pharmadb/store";
import { findPostgres, startPostgres } from "@pharmadb/store/testing";
import { expect, test } from "vitest";

const hasPostgres = (await findPostgres()) !== null;

test.skipIf(!hasPostgres)(
  `visitors of a Supabase project reach nothing of the queue${hasPostgres ? "" : " (no server programs here)"}`,
  async () => {
    await using stack = new AsyncDisposableStack();
    const { connectionString } = stack.use(await startPostgres());
    const { sql, pool } = stack.adopt(await openPostgres({ connectionString, maxConnections: 6 }), (opened) =>
      opened.close(),
    );
    for (const role of ["anon", "authenticated"]) {
      await sql.query(`create role ${role}`);
      for (const objects of ["tables", "functions", "sequences"]) {
        await sql.query(`alter default privileges in schema public grant all on ${objects} to ${role}`);
      }
    }
    await applyMigrations(sql);
    stack.adopt(await openQueues({ database: pool }), (queues) => queues.close());
    const relations = await sql.query<{ schema: string; reached: boolean }>(
      `select n.nspname as schema, has_schema_privilege(role, n.oid, 'usage')
         and has_table_privilege(role, c.oid, 'select, insert, update, delete, truncate') as reached
       from pg_class as c join pg_namespace as n on n.oid = relnamespace, unnest(array['anon', 'authenticated']) as role
       where relkind in ('r', 'p', 'v', 'm') and nspname not in ('public', 'pg_catalog', 'information_schema', 'pg_toast')`,
    );
    expect(relations.map(({ schema }) => schema)).toContain("bullmq");
    expect(relations.filter(({ reached }) => reached)).toEqual([]);
  },
);
