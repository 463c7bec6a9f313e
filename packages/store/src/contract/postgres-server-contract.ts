import { NewSchedule, newId } from "@pharmadb/contracts";
import { expect, test } from "vitest";
import { listAudit } from "../audit/list-audit.ts";
import { openAuditSealer } from "../audit/seal-audit.ts";
import { writeAudit } from "../audit/write-audit.ts";
import type { Database } from "../database.ts";
import { applyMigrations } from "../migrations/apply-migrations.ts";
import { openPostgres } from "../postgres/open-postgres.ts";
import { finishResearch } from "../research/finish-research.ts";
import { deleteSchedule } from "../schedules/change-schedule.ts";
import { createSchedule } from "../schedules/create-schedule.ts";
import { runSchedule } from "../schedules/run-schedule.ts";
import type { Sql } from "../sql.ts";
import { claimAnew, newTenant, report, runningResearch } from "./given.ts";
import { as, makeSupabaseRoles, makeSupabaseSchema } from "./supabase-project.ts";

async function visitorIndexes(sql: Sql): Promise<unknown[]> {
  const rows = await sql.query(
    "select indexname from pg_indexes where indexname in ('evidence_by_tenant', 'research_events_by_tenant') order by 1",
  );
  return rows.map(({ indexname }) => indexname);
}

/** What comes with a server that others use too, and that can go away. */
export function postgresServerContract(database: () => Database, connectionString: () => string): void {
  const open = async (name: string, user = "postgres") => {
    const url = new URL(connectionString());
    url.pathname = name;
    url.username = user;
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

  test("on a Supabase project an owner that is no superuser migrates, works, and shows tenants their own", async () => {
    const { sql: server } = database();
    await makeSupabaseRoles(server);
    await server.query("create role project_owner login");
    for (const role of ["anon", "authenticated"]) await server.query(`grant ${role} to project_owner`);
    await server.query("create database project_test owner project_owner");
    await using project = await open("project_test", "project_owner");
    await makeSupabaseSchema(project.sql);
    await applyMigrations(project.sql);
    const tenant = newTenant();
    const { id } = await runningResearch(project.sql, tenant);
    await runningResearch(project.sql, newTenant());
    const claims = { app_metadata: { tenant_id: tenant } };
    await project.sql.transaction(async (sql) => {
      expect(await as(sql, "authenticated", claims, "select id from research")).toEqual([{ id }]);
    });
    const granted = await project.sql.query(
      `select grantee, table_name, privilege_type from information_schema.role_table_grants
       where grantee in ('anon', 'authenticated') order by table_name`,
    );
    expect(granted).toEqual(
      ["evidence", "research", "research_events"].map((table_name) => ({
        grantee: "authenticated",
        table_name,
        privilege_type: "SELECT",
      })),
    );
    // What they ask for without naming a job is found without reading what is other tenants'.
    expect(await visitorIndexes(project.sql)).toEqual(["evidence_by_tenant", "research_events_by_tenant"]);
    expect(await visitorIndexes(server)).toEqual([]);
    const callable = await project.sql.query(
      `select rolname, proname from pg_proc, pg_roles
       where pronamespace = 'public'::regnamespace and prorettype <> 'trigger'::regtype
         and rolname in ('anon', 'authenticated') and has_function_privilege(pg_roles.oid, pg_proc.oid, 'execute')
       order by 1, 2`,
    );
    expect(callable).toEqual(
      ["anon", "authenticated"].flatMap((rolname) =>
        ["pharmadb_may_read", "pharmadb_tenant"].map((proname) => ({ rolname, proname })),
      ),
    );
  });

  test("a schedule can be deleted while the job of its last run ends", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const start = new Date("2026-03-01T12:00:00Z");
    const body = NewSchedule.parse({ cron: "* * * * *", research: { question: "How many?" } });
    const { id } = await createSchedule(sql, tenant, body, start);
    const now = new Date(start.getTime() + 60_000);
    const run = await runSchedule(sql, id, { now, maxQueued: 10, expiresAt: null });
    if (run?.outcome !== "started") throw new Error("It did not run.");
    await claimAnew(sql, run.researchId);
    const waiting = async () => (await sql.query("select from pg_stat_activity where wait_event_type = 'Lock'")).length;
    let deleted: Promise<boolean> | undefined;
    const interrupted: Sql = {
      ...sql,
      transaction: (work) =>
        sql.transaction((transaction) =>
          work({
            ...transaction,
            async query(text, parameters) {
              const rows = await transaction.query(text, parameters);
              if (text.includes("update schedule_runs")) {
                deleted = deleteSchedule(sql, tenant, id);
                await expect.poll(waiting).toBeGreaterThan(0);
              }
              return rows as never;
            },
          }),
        ),
    };
    const changes = { compared_with: newId("res"), changed: true, added: [], removed: [], numbers: [] };
    const outcome = { status: "completed", report, changes } as const;
    const finished = await finishResearch(interrupted, { id: run.researchId, attempt: 1, outcome });
    expect(finished.status).toBe("completed");
    expect(await deleted).toBe(true);
  });

  test("where the publication belongs to another role, the migrations are applied all the same", async () => {
    const { sql: server } = database();
    await server.query("create role other_owner login");
    await server.query("create database other_test owner other_owner");
    await using superuser = await open("other_test");
    await superuser.sql.query("create publication supabase_realtime");
    await using project = await open("other_test", "other_owner");
    expect(await applyMigrations(project.sql)).not.toEqual([]);
    expect(await project.sql.query("select * from pg_publication_tables")).toEqual([]);
  });

  test("a role from which row level security would hide all rows is refused, rather than shown an empty record", async () => {
    const { sql: server } = database();
    await server.query("create role no_owner login");
    await server.query("create database granted_test");
    await using owner = await open("granted_test");
    await applyMigrations(owner.sql);
    await owner.sql.query("grant all on schema public to no_owner");
    await owner.sql.query("grant all on all tables in schema public to no_owner");
    await using other = await open("granted_test", "no_owner");
    await expect(applyMigrations(other.sql)).rejects.toThrow("must own the service's tables");
  });

  test("an entry of the audit trail whose transaction ends after later ones were sealed is sealed then", async () => {
    const { sql } = database();
    const tenantId = newTenant();
    const write = (to: Sql, id: string) =>
      writeAudit(to, [
        {
          actor: { kind: "local", id: "local", tenantId, requestId: null, clientAddress: null },
          action: "research.read",
          target: { type: "research", id },
        },
      ]);
    const sealer = openAuditSealer(sql);
    await sealer.seal();
    await sql.transaction(async (transaction) => {
      await write(transaction, "early");
      await write(sql, "late");
      expect(await sealer.seal()).toBe(1);
      expect(await sealer.seal()).toBe(0);
    });
    expect(await sealer.seal()).toBe(1);
    const { data } = await listAudit(sql, { tenantId, limit: 2 });
    const places = Object.fromEntries(data.map(({ target, seal }) => [target?.id, seal?.seq ?? 0]));
    expect(places.early).toBe((places.late ?? 0) + 1);
  });
}
