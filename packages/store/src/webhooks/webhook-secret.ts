import { randomBytes } from "node:crypto";
import type { Sql } from "../sql.ts";

const SECRET_BYTES = 32;

/** A new key of Standard Webhooks: kept as it is, for it has to sign. */
export function newWebhookSecret(): string {
  return `whsec_${randomBytes(SECRET_BYTES).toString("base64")}`;
}

/** The secret that signs the one-off callbacks of a tenant, made when it is first asked for. */
export async function tenantWebhookSecret(sql: Sql, tenantId: string): Promise<string> {
  const known = () =>
    sql.query<{ secret: string }>("select secret from webhook_secrets where tenant_id = $1", [tenantId]);
  let [row] = await known();
  if (!row) {
    await sql.query("insert into webhook_secrets (tenant_id, secret) values ($1, $2) on conflict do nothing", [
      tenantId,
      newWebhookSecret(),
    ]);
    [row] = await known();
  }
  if (!row) throw new Error("A tenant has no webhook secret.");
  return row.secret;
}
