import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { type ClientRequest, request as sendRequest } from "node:http";
import { join } from "node:path";
import { startApiProcess, startWorkerProcess } from "@pharmadb/cli/testing";
import type { Client } from "@pharmadb/client";
import { openPostgres } from "@pharmadb/store";
import { describe, expect, test } from "vitest";
import { missingServers, startServers } from "./start-servers.ts";
import { SITES } from "./start-site.ts";

async function uploadTable(client: Client, directory: string): Promise<string> {
  const path = join(directory, "ae.csv");
  await writeFile(path, "USUBJID,AESER\n01,Y\n02,N\n");
  return (await client.uploadFile(path)).id;
}

const lines = (fileId: string, count: number) =>
  Array.from({ length: count }, (_, index) => {
    const question = `How many subjects had a serious adverse event, for the ${index + 1}th time?`;
    return `${JSON.stringify({ custom_id: `id-${index + 1}`, question, file_ids: [fileId] })}\n`;
  });

async function listBatches(url: string): Promise<unknown[]> {
  const list = (await (await fetch(`${url}/api/v1/batches`)).json()) as { data: unknown[] };
  return list.data;
}

function beginBody(url: string): ClientRequest {
  const headers = { "content-type": "application/x-ndjson" };
  const sending = sendRequest(`${url}/api/v1/batches`, { method: "POST", headers });
  sending.on("error", () => undefined);
  return sending;
}

/** What is sent of a batch that never ends: some lines, and perhaps a piece of one. */
function beginning(whole: readonly string[]): string {
  const sent = whole.slice(0, randomInt(1, whole.length)).join("");
  return sent.slice(0, sent.length - randomInt(0, 50));
}

describe.for(SITES)("$size", ({ skipped, open }) => {
  test.skipIf(skipped)(
    "a process killed at any line of a body leaves no batch, and the body can be sent again",
    {
      timeout: 240_000,
    },
    async () => {
      await using site = await open();
      let fileId = "";
      for (let round = 0; round < 2; round++) {
        const { api } = await site.start();
        fileId ||= await uploadTable(api.client, site.folder);
        expect(await listBatches(api.url)).toEqual([]);
        const sending = beginBody(api.url);
        sending.write(beginning(lines(fileId, 3000)));
        if (!sending.socket) await once(sending, "socket");
        await new Promise((resolve) => setTimeout(resolve, randomInt(0, 400)));
        api.signal("SIGKILL");
        expect(await api.ended).toBe("SIGKILL");
      }
      const { api } = await site.start();
      expect(await listBatches(api.url)).toEqual([]);
      const jobs = (await (await fetch(`${api.url}/api/v1/research`)).json()) as { data: unknown[] };
      expect(jobs.data).toEqual([]);
      const path = join(site.folder, "questions.ndjson");
      await writeFile(path, lines(fileId, 3000).join(""));
      const batch = await api.client.submitBatch(createReadStream(path, "utf8"));
      expect(batch).toMatchObject({ status: "running", counts: { total: 3000, invalid: 0 } });
      await api.client.cancelBatch(batch.id);
    },
  );

  test.skipIf(skipped)(
    "a process killed while it reads a file of requests goes on where it was, each line once",
    {
      timeout: 300_000,
    },
    async () => {
      await using site = await open();
      const count = 30_000;
      let id = "";
      let reached = 0;
      {
        const { api, worker } = await site.start();
        const fileId = await uploadTable(api.client, site.folder);
        const path = join(site.folder, "questions.ndjson");
        await writeFile(path, lines(fileId, count).join(""));
        const input = await api.client.uploadFile(path);
        const answer = await fetch(`${api.url}/api/v1/batches`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ input_file_id: input.id }),
        });
        ({ id } = (await answer.json()) as { id: string });
        await expect
          .poll(async () => (reached = (await api.client.getBatch(id)).counts.total), { timeout: 30_000, interval: 10 })
          .toBeGreaterThan(0);
        worker.signal("SIGKILL");
        await worker.ended;
      }
      expect(reached).toBeLessThan(count);
      const { api, worker } = await site.start();
      expect(await api.client.getBatch(id)).toMatchObject({ status: "validating" });
      await worker.logged(/batch resumed/);
      await expect
        .poll(async () => (await api.client.getBatch(id)).status, { timeout: 120_000, interval: 100 })
        .toBe("running");
      expect(await api.client.getBatch(id)).toMatchObject({ counts: { total: count, invalid: 0 } });
      await api.client.cancelBatch(id);
      await expect
        .poll(async () => (await api.client.getBatch(id)).status, { timeout: 20_000, interval: 100 })
        .toBe("cancelled");
      let line = 0;
      for await (const result of api.client.batchResults(id)) {
        line++;
        expect([result.line, result.custom_id]).toEqual([line, `id-${line}`]);
      }
      expect(line).toBe(count);
    },
  );
});

const missing = await missingServers();

test.skipIf(missing.length > 0)(
  "what came of a body before its API was killed is taken back by a worker, which says so",
  {
    timeout: 180_000,
  },
  async () => {
    await using servers = await startServers();
    await using stack = new AsyncDisposableStack();
    const options = { connectionString: servers.postgres.connectionString, maxConnections: 2 };
    const { sql } = stack.adopt(await openPostgres(options), (opened) => opened.close());
    await using api = await startApiProcess({ env: servers.env });
    await using worker = await startWorkerProcess({ env: servers.env });
    const fileId = await uploadTable(api.client, servers.folder);
    beginBody(api.url).write(lines(fileId, 3000).join(""));
    const stored = async () => (await sql.query("select from batch_items limit 1")).length;
    await expect.poll(stored).toBe(1);
    api.signal("SIGKILL");
    expect(await worker.logged(/half a batch taken back/)).toMatch(/"lines":[1-9]/);
    expect(await stored()).toBe(0);
    expect(await sql.query("select id from batches union all select id from research")).toEqual([]);
  },
);
