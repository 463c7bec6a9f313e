import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startApiProcess, startWorkerProcess } from "@pharmadb/cli/testing";
import { createClient } from "@pharmadb/client";
import { applyMigrations, createApiKey, openPostgres } from "@pharmadb/store";
import { findPostgres, startPostgres } from "@pharmadb/store/testing";
import { describe, expect, test, vi } from "vitest";
import { startReceiver } from "../doubles/receiver/start-receiver.ts";
import { type Fault, startSupabaseDouble } from "../doubles/supabase/start-supabase-double.ts";
import { temporaryFolder } from "./temporary-folder.ts";

// A database server and several processes start in it.
vi.setConfig({ testTimeout: 180_000 });

const hasPostgres = (await findPostgres()) !== null;

/** What receivers put into their addresses, without the shape of a secret. */
const PLANTED = {
  endpointPath: "planted-endpoint-credential",
  oneOffPath: "planted-one-off-credential",
  oneOffQuery: "planted-query-credential",
  refusedPassword: "planted-refused-password",
};

/** A service whose files are in a Supabase project that fails as told, and which sends webhooks. */
async function startService(faults: () => Fault | null) {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const postgres = stack.use(await startPostgres());
  const project = stack.use(await startSupabaseDouble({ faults }));
  const database = await openPostgres({ connectionString: postgres.connectionString, maxConnections: 2 });
  await applyMigrations(database.sql);
  const { key } = await createApiKey(database.sql, { tenantId: "acme", scopes: ["admin"] });
  await database.close();
  const env = {
    DATABASE_URL: postgres.connectionString,
    PHARMADB_DATA_DIR: join(folder.path, "data"),
    SANDBOX_PROCESSES: "1",
    LOG_LEVEL: "debug",
    AUTH: "on",
    SUPABASE_URL: project.url,
    SUPABASE_SERVICE_KEY: project.serviceKey,
    WEBHOOK_ALLOW_PRIVATE: "true",
    // More tries than there are failures, whichever of two deliveries meets them.
    WEBHOOK_RETRY_SCHEDULE: Array(7).fill("1s").join(","),
  };
  const api = stack.use(await startApiProcess({ env }));
  const worker = stack.use(await startWorkerProcess({ env }));
  const call = async (method: string, path: string, json?: object) => {
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
    const response = await fetch(`${api.url}/api/v1${path}`, {
      method,
      headers,
      ...(json && { body: JSON.stringify(json) }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, string> };
  };
  const owned = stack.move();
  return {
    folder: folder.path,
    postgres,
    project,
    key,
    api,
    worker,
    client: createClient({ baseUrl: api.url, apiKey: key }),
    call,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

describe.skipIf(!hasPostgres)(`the logs${hasPostgres ? "" : " (no postgres here)"}`, () => {
  test("hold no key of Supabase, no secret of a webhook and no address of a receiver, whatever goes wrong", async () => {
    let fault: Fault | null = null;
    await using service = await startService(() => fault);
    const { api, worker, client, call } = service;
    await using receivers = new AsyncDisposableStack();
    const receiver = receivers.use(await startReceiver());
    const [, origin = ""] = /^(http:\/\/[^/]+)/.exec(receiver.url) ?? [];

    const endpoint = await call("POST", "/webhooks", { url: `${origin}/services/${PLANTED.endpointPath}` });
    const rotated = await call("POST", `/webhooks/${endpoint.body.id}/rotate-secret`);
    const tenants = await call("GET", "/webhooks/secret");
    const secrets = [endpoint, rotated, tenants].map(({ body }) => body.secret ?? "");
    for (const secret of secrets) expect(secret).toMatch(/^whsec_.{20}/);
    receiver.trust(...secrets);

    const path = join(service.folder, "ae.csv");
    await writeFile(path, "USUBJID,AESER\n01,Y\n02,N\n");
    const { id: fileId } = await client.uploadFile(path);
    const oneOff = `${origin}/hooks/${PLANTED.oneOffPath}?token=${PLANTED.oneOffQuery}`;
    const ask = (url: string) =>
      call("POST", "/research", { question: "How many?", file_ids: [fileId], webhook: { url }, depth: "quick" });
    const endOf = async ({ body }: Awaited<ReturnType<typeof ask>>) => client.waitForEnd(body.id ?? "");
    const about = (count: number) => receiver.until((received) => received.length >= count);

    // An error, a connection that breaks, a redirect to where a credential is, and then it is there.
    receiver.react((_received, index) => {
      if (index < 2) return { status: 500, body: `No ${PLANTED.endpointPath}` };
      if (index < 4) return "reset";
      return index < 6 ? { status: 307, headers: { location: oneOff } } : { status: 200 };
    });
    expect((await endOf(await ask(oneOff))).status).toBe("completed");
    await about(8);
    await worker.logged(/"message":"webhook delivered"/);
    // Refused when it is submitted.
    for (const bad of [`http://me:${PLANTED.refusedPassword}@127.0.0.1/in`, `ftp://x/${PLANTED.refusedPassword}`]) {
      expect((await ask(bad)).status).toBe(422);
      expect((await call("POST", "/webhooks", { url: bad })).status).toBe(422);
    }
    // Storage that is out for an upload, for a job's file and for the look whether it is ready.
    for (const kind of ["drop", "internal"] as const) {
      fault = { kind };
      await expect(client.uploadFile(path)).rejects.toMatchObject({ status: expect.any(Number) });
      await fetch(`${api.url}/readyz`);
      await endOf(await ask(oneOff));
      fault = null;
    }
    // Nobody there any more.
    await receivers.disposeAsync();
    await endOf(await ask(oneOff));
    await worker.logged(/"error":"The connection was refused.".*"message":"webhook not delivered"/);
    // Ends the record as a crash would, in the middle of retries.
    process.kill(service.postgres.pid, "SIGQUIT");
    await worker.logged(/"message":"Postgres is away, waiting for it"/);

    const lines = [...api.log, ...worker.log];
    const planted = { ...PLANTED, serviceKey: service.project.serviceKey, key: service.key };
    const bare = secrets.map((secret) => secret.replace("whsec_", ""));
    for (const [name, secret] of [...Object.entries(planted), ...bare.map((secret) => ["secret", secret] as const)]) {
      for (const written of new Set([secret, encodeURIComponent(secret)])) {
        expect(
          lines.filter((line) => line.includes(written)),
          name,
        ).toEqual([]);
      }
    }
    const failures = worker.log.filter((line) => line.includes('"message":"webhook not delivered"'));
    expect(failures.length).toBeGreaterThan(5);
    // Nor what a receiver said, in any form: bytes would be written as numbers.
    const said = Object.values(Buffer.from(PLANTED.endpointPath)).join();
    for (const line of failures) {
      const { error } = JSON.parse(line) as { error: unknown };
      expect(error, line).toMatch(/^The (?:receiver answered \d{3}[.;]|connection was )/);
      expect(line.match(/\d+/g)?.join()).not.toContain(said);
    }
  });
});
