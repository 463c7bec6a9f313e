import { expect, test } from "vitest";
import type { Database } from "../database.ts";
import { saveStep } from "../journal/save-step.ts";
import type { Sql } from "../sql.ts";
import { newTenant, passage, runningResearch } from "./given.ts";
import { as, makeSupabaseRoles, makeSupabaseSchema } from "./supabase-project.ts";

/** All that a user of a tenant sees of it. A column that is added must be meant to be seen. */
const SHOWN = {
  evidence: "arguments content created_at n query research_id sha256 sources step_key tenant_id tool",
  research: [
    "attempt batch_id cancel_requested_at claimed_at claimed_tokens cost_usd created_at custom_id dispatch",
    "dispatched_at error event_seq evidence_count expires_at file_ids finished_at id input_tokens last_error metadata",
    "model_calls output_tokens priority progress ready_at report request schedule_id started_at status tenant_id timeout_seconds",
    "tool_calls version webhook_url worker_id",
  ].join(" "),
  research_events: "at data id key research_id seq tenant_id type",
};

class Undone extends Error {}

/** Runs `work` on a database with the roles and the publication of Supabase, and leaves no trace of any of it. */
async function onSupabase(sql: Sql, work: (transaction: Sql) => Promise<void>): Promise<void> {
  try {
    await sql.transaction(async (transaction) => {
      await makeSupabaseRoles(transaction);
      await makeSupabaseSchema(transaction);
      await transaction.query("select pharmadb_guard()");
      await work(transaction);
      throw new Undone();
    });
  } catch (error) {
    if (!(error instanceof Undone)) throw error;
  }
}

const member = (tenant: unknown) => ({ role: "authenticated", app_metadata: { tenant_id: tenant } });

/** A job of the tenant with an event, a journal step and evidence. */
async function someResearch(sql: Sql, tenant: string): Promise<string> {
  const { id, attempt } = await runningResearch(sql, tenant);
  await saveStep(sql, {
    researchId: id,
    attempt,
    key: "step",
    output: (evidence) => evidence,
    evidence: [passage("Two serious events.")],
    usage: {},
    events: () => [{ key: "step", type: "step.completed", data: {} }],
  });
  return id;
}

/** Who but the service sees what. */
export function rowSecurityContract(database: () => Database): void {
  test("every table of ours denies all rows to others, but for the three that show a tenant its own", async () => {
    const { sql } = database();
    const open = await sql.query(
      "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relrowsecurity",
    );
    expect(open, "a new table enables row level security in its migration").toEqual([]);
    const policies = await sql.query(
      "select tablename, cmd, policyname from pg_policies where schemaname = 'public' order by 1",
    );
    expect(policies).toEqual(
      Object.keys(SHOWN).map((tablename) => ({ tablename, cmd: "SELECT", policyname: "own_tenant" })),
    );
  });

  test("the columns that a tenant sees are those meant to be seen", async () => {
    const rows = await database().sql.query(
      `select table_name, string_agg(column_name, ' ' order by column_name collate "C") as columns
       from information_schema.columns where table_schema = 'public' and table_name = any ($1) group by 1`,
      [Object.keys(SHOWN)],
    );
    expect(Object.fromEntries(rows.map(({ table_name, columns }) => [table_name, columns]))).toEqual(SHOWN);
  });

  test("the service itself is not held back", async () => {
    const [row] = await database().sql.query("select row_security_active('research') as active");
    expect(row).toEqual({ active: false });
  });

  test("a user sees the research, events and evidence of its own tenant and of no other", async () => {
    await onSupabase(database().sql, async (sql) => {
      const [own, other] = [newTenant(), newTenant()];
      const id = await someResearch(sql, own);
      await someResearch(sql, other);
      for (const [table, key] of [
        ["research", "id"],
        ["research_events", "research_id"],
        ["evidence", "research_id"],
      ]) {
        const rows = await as(sql, "authenticated", member(own), `select * from ${table}`);
        expect(rows).not.toHaveLength(0);
        expect(rows.every((row) => row[key as string] === id && row.tenant_id === own)).toBe(true);
      }
    });
  });

  test.each([
    ["no claims", null],
    ["no tenant", { role: "authenticated", app_metadata: {} }],
    ["a tenant that is nobody", member("")],
    ["a tenant that is an object", member({ tenant_id: "x" })],
    ["a tenant where the user itself can write", { user_metadata: { tenant_id: "SECRET" }, tenant_id: "SECRET" }],
  ])("a token with %s shows nothing", async (_, claims) => {
    await onSupabase(database().sql, async (sql) => {
      await someResearch(sql, "SECRET");
      for (const table of Object.keys(SHOWN)) {
        expect(await as(sql, "authenticated", claims, `select * from ${table}`)).toEqual([]);
      }
    });
  });

  test.each([
    ["no scopes", undefined, true],
    ["null", null, true],
    ["read among its scopes", ["write", "read"], true],
    ["admin", ["admin"], true],
    ["write alone", ["write"], false],
    ["no scope at all", [], false],
    ["a scope that there is not", ["read", "all"], false],
    ["scopes that are no list", "read", false],
    ["scopes that are an object", { read: true }, false],
  ])("a user with %s sees what the API would show it", async (_, pharmadb_scopes, isShown) => {
    await onSupabase(database().sql, async (sql) => {
      const tenant = newTenant();
      await someResearch(sql, tenant);
      const claims = { role: "authenticated", app_metadata: { tenant_id: tenant, pharmadb_scopes } };
      for (const table of Object.keys(SHOWN)) {
        const rows = await as(sql, "authenticated", claims, `select * from ${table}`);
        expect(rows.length > 0, table).toBe(isShown);
      }
    });
  });

  test("the tenant can be in another claim, once the function that reads it says so", async () => {
    await onSupabase(database().sql, async (sql) => {
      const tenant = newTenant();
      const id = await someResearch(sql, tenant);
      await sql.query(
        `create or replace function pharmadb_tenant() returns text language sql stable parallel safe set search_path = ''
         as $$ select nullif(current_setting('request.jwt.claims', true), '')::json #>> '{org,slug}' $$`,
      );
      const claims = { org: { slug: tenant } };
      expect(await as(sql, "authenticated", claims, "select id from research")).toEqual([{ id }]);
      expect(await as(sql, "authenticated", member(tenant), "select id from research")).toEqual([]);
    });
  });

  test.each(["research", "research_events", "evidence"])(
    "who wants each read in the audit trail can take reading %s away",
    async (table) => {
      const work = onSupabase(database().sql, async (sql) => {
        await sql.query("select pharmadb_guard()");
        await sql.query("revoke select on research, research_events, evidence from authenticated");
        await sql.query("alter publication supabase_realtime drop table research, research_events");
        const published = "select from pg_publication_tables where pubname = 'supabase_realtime'";
        expect(await sql.query(published)).toEqual([]);
        await as(sql, "authenticated", member("own"), `select * from ${table}`);
      });
      await expect(work).rejects.toThrow(/permission denied/);
    },
  );

  test.each([
    ["anon", "select id from research"],
    ["anon", "truncate research cascade"],
    ["anon", "select pharmadb_guard()"],
    ["authenticated", "insert into research (id, tenant_id, priority, request) values ('x', 'own', 'batch', '{}')"],
    ["authenticated", "update research set status = 'cancelled'"],
    ["authenticated", "delete from research"],
    ["authenticated", "truncate research cascade"],
    ["authenticated", "select key_sha256 from api_keys"],
    ["authenticated", "select secret from webhook_secrets"],
    ["authenticated", "select secret from webhook_endpoints"],
    ["authenticated", "select output from journal_steps"],
    ["authenticated", "select storage_key from files"],
    ["authenticated", "select name from schema_migrations"],
    ["authenticated", "alter table research disable row level security"],
  ])("%s may not: %s", async (role, statement) => {
    await expect(
      onSupabase(database().sql, async (sql) => void (await as(sql, role, member("own"), statement))),
    ).rejects.toThrow(/permission denied|must be owner/);
  });

  test("Realtime publishes research and its events, each change with a key, however often it is set up", async () => {
    await onSupabase(database().sql, async (sql) => {
      await sql.query("select pharmadb_guard()");
      const tables = await sql.query(
        `select tablename, relreplident, exists (select from pg_index where indrelid = c.oid and indisprimary) as keyed
         from pg_publication_tables join pg_class as c on c.oid = tablename::regclass
         where pubname = 'supabase_realtime' order by 1`,
      );
      expect(tables).toEqual(
        ["research", "research_events"].map((tablename) => ({ tablename, relreplident: "d", keyed: true })),
      );
    });
  });
}
