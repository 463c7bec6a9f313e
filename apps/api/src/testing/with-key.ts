import { createApiKey, type NewApiKey, type Sql } from "@pharmadb/store";
import type { Call } from "./call.ts";
import type { TestApi } from "./start-test-api.ts";

/** Sends requests with this key. */
export function callWithKey(api: TestApi, key: string): Call {
  return (method, path, init = {}) => {
    const headers = new Headers(init.headers);
    headers.set("authorization", `Bearer ${key}`);
    return api.call(method, path, { ...init, headers });
  };
}

/** The API as someone sees it who has a new key of this tenant. */
export async function withNewKey(
  api: TestApi,
  sql: Sql,
  { tenantId, scopes = ["read", "write"], ...fields }: Partial<NewApiKey> & { tenantId: string },
): Promise<TestApi & { key: string; keyId: string }> {
  const { key, record } = await createApiKey(sql, { tenantId, scopes, ...fields });
  return { ...api, call: callWithKey(api, key), key, keyId: record.id };
}
