import type { Sql } from "../sql.ts";

const VISITORS = "anon, authenticated, service_role";

/** The roles of a Supabase project. They belong to the whole server. */
export async function makeSupabaseRoles(sql: Sql): Promise<void> {
  for (const role of ["anon", "authenticated", "service_role"]) {
    const [known] = await sql.query("select from pg_roles where rolname = $1", [role]);
    if (!known) await sql.query(`create role ${role} ${role === "service_role" ? "bypassrls" : ""}`);
  }
}

/** What a Supabase project has in its database before our first table: whatever is made is granted to everybody. */
export async function makeSupabaseSchema(sql: Sql): Promise<void> {
  for (const objects of ["tables", "functions", "sequences"]) {
    await sql.query(`alter default privileges in schema public grant all on ${objects} to ${VISITORS}`);
  }
  await sql.query(`grant usage on schema public to ${VISITORS}`);
  await sql.query("create publication supabase_realtime");
}

/** The rows of `statement` as PostgREST asks for them: in the role of a token, with its claims. */
export async function as(sql: Sql, role: string, claims: object | null, statement: string) {
  await sql.query("select set_config('request.jwt.claims', $1, true)", [claims ? JSON.stringify(claims) : ""]);
  await sql.query(`set local role ${role}`);
  const rows = await sql.query(statement);
  await sql.query("reset role");
  return rows;
}
