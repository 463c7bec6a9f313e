import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startServe } from "@pharmadb/cli/testing";
import { createClient } from "@pharmadb/client";
import { expect, test } from "vitest";
import { startSupabaseDouble } from "../doubles/supabase/start-supabase-double.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const AE = fileURLToPath(new URL("../../samples/trial/ae.csv", import.meta.url));

test("users of a Supabase project ask about files that are in its Storage, each in its own tenant", async () => {
  await using folder = await temporaryFolder();
  await using project = await startSupabaseDouble();
  await using service = await startServe({
    AUTH: "on",
    PORT: "0",
    PHARMADB_DATA_DIR: join(folder.path, "data"),
    SANDBOX_PROCESSES: "1",
    SUPABASE_URL: project.url,
    SUPABASE_SERVICE_KEY: project.serviceKey,
  });
  const clientOf = (tenant: string | null) => {
    const exp = Math.floor(Date.now() / 1000) + 600;
    const claims = { iss: `${project.url}/auth/v1`, aud: "authenticated", role: "authenticated", sub: "u1", exp };
    const token = project.keys.signAsymmetric({ ...claims, app_metadata: tenant ? { tenant_id: tenant } : {} });
    return createClient({ baseUrl: service.url, apiKey: token });
  };
  const acme = clientOf("acme");
  const file = await acme.uploadFile(AE);
  const { id } = await acme.submit({ question: "How many adverse events were serious?", file_ids: [file.id] });
  for await (const _event of acme.follow(id));
  const job = await acme.getResearch(id);
  expect(job.status).toBe("completed");
  expect(job.report?.findings).not.toHaveLength(0);

  const stored = project.requests.filter(
    ({ method, path }) => method === "POST" && path.includes("/object/pharmadb/acme/"),
  );
  expect(stored.map(({ path }) => path)).toEqual([`/storage/v1/object/pharmadb/acme/${file.sha256}`]);
  const token = { authorization: `Bearer ${project.serviceKey}` };
  const kept = await fetch(`${project.url}/storage/v1/object/pharmadb/acme/${file.sha256}`, { headers: token });
  expect(Buffer.from(await kept.arrayBuffer()).equals(await readFile(AE))).toBe(true);

  await expect(clientOf("clinic").getResearch(id)).rejects.toMatchObject({ status: 404 });
  await expect(clientOf(null).getResearch(id)).rejects.toThrow("app_metadata.tenant_id");
  expect((await fetch(`${service.url}/readyz`)).status).toBe(200);
});
