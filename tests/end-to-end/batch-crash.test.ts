import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { type ClientRequest, request as sendRequest } from "node:http";
import { join } from "node:path";
import { startServe } from "@pharmadb/cli/testing";
import type { Client } from "@pharmadb/client";
import { expect, test } from "vitest";
import { temporaryFolder } from "./temporary-folder.ts";

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

test("a process killed at any line of a body leaves no batch, and the body can be sent again", {
  timeout: 240_000,
}, async () => {
  await using folder = await temporaryFolder();
  const env = { PHARMADB_DATA_DIR: join(folder.path, "data") };
  let fileId = "";
  for (let round = 0; round < 2; round++) {
    await using served = await startServe(env);
    fileId ||= await uploadTable(served.client, folder.path);
    expect(await listBatches(served.url)).toEqual([]);
    const whole = lines(fileId, 3000);
    const sending = beginBody(served.url);
    const sent = whole.slice(0, randomInt(1, whole.length)).join("");
    // In the middle of a line, too.
    sending.write(sent.slice(0, sent.length - randomInt(0, 50)));
    if (!sending.socket) await once(sending, "socket");
    await new Promise((resolve) => setTimeout(resolve, randomInt(0, 400)));
    served.signal("SIGKILL");
    expect(await served.ended).toBe("SIGKILL");
  }
  await using served = await startServe(env);
  expect(await listBatches(served.url)).toEqual([]);
  const jobs = (await (await fetch(`${served.url}/api/v1/research`)).json()) as { data: unknown[] };
  expect(jobs.data).toEqual([]);
  const path = join(folder.path, "questions.ndjson");
  await writeFile(path, lines(fileId, 3000).join(""));
  const batch = await served.client.submitBatch(createReadStream(path, "utf8"));
  expect(batch).toMatchObject({ status: "running", counts: { total: 3000, invalid: 0 } });
  await served.client.cancelBatch(batch.id);
});

test("a process killed while it reads a file of requests goes on where it was, each line once", {
  timeout: 300_000,
}, async () => {
  await using folder = await temporaryFolder();
  const env = { PHARMADB_DATA_DIR: join(folder.path, "data") };
  const count = 30_000;
  let id = "";
  let reached = 0;
  {
    await using served = await startServe(env);
    const fileId = await uploadTable(served.client, folder.path);
    const path = join(folder.path, "questions.ndjson");
    await writeFile(path, lines(fileId, count).join(""));
    const input = await served.client.uploadFile(path);
    const answer = await fetch(`${served.url}/api/v1/batches`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ input_file_id: input.id }),
    });
    ({ id } = (await answer.json()) as { id: string });
    await expect
      .poll(async () => (reached = (await served.client.getBatch(id)).counts.total), { timeout: 30_000, interval: 10 })
      .toBeGreaterThan(0);
    served.signal("SIGKILL");
    await served.ended;
  }
  expect(reached).toBeLessThan(count);
  await using served = await startServe({ ...env, LOG_LEVEL: "info" });
  expect(await served.client.getBatch(id)).toMatchObject({ status: "validating" });
  await served.logged(/batch resumed/);
  await expect
    .poll(async () => (await served.client.getBatch(id)).status, { timeout: 120_000, interval: 100 })
    .toBe("running");
  expect(await served.client.getBatch(id)).toMatchObject({ counts: { total: count, invalid: 0 } });
  await served.client.cancelBatch(id);
  await expect
    .poll(async () => (await served.client.getBatch(id)).status, { timeout: 20_000, interval: 100 })
    .toBe("cancelled");
  let line = 0;
  for await (const result of served.client.batchResults(id)) {
    line++;
    expect([result.line, result.custom_id]).toEqual([line, `id-${line}`]);
  }
  expect(line).toBe(count);
});
