import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startModelDouble } from "../testing/start-model-double.ts";
import { startServe } from "../testing/start-serve.ts";

test("a job waits until its model calls are allowed, which is seen, and can be cancelled meanwhile", async () => {
  await using stack = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), "pharmadb-share-test-"));
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  const model = stack.use(await startModelDouble());
  const service = stack.use(
    await startServe({
      PHARMADB_DATA_DIR: join(directory, "data"),
      SANDBOX_PROCESSES: "1",
      OPENAI_API_KEY: "key",
      OPENAI_BASE_URL: model.url,
      MODEL_REQUESTS_PER_MINUTE: "1",
    }),
  );
  const { client, url } = service;
  const path = join(directory, "ae.csv");
  await writeFile(path, "USUBJID,AETERM\n01,NAUSEA\n");
  const { id: fileId } = await client.uploadFile(path);
  const { id } = await client.submit({ question: "How many events are there?", file_ids: [fileId], depth: "quick" });
  const metrics = async () => (await fetch(`${url}/metrics`)).text();
  // A minute lies between the first call and the second.
  await expect.poll(metrics).toContain("pharmadb_model_calls_waiting 1\n");
  expect(model.calls).toHaveLength(1);
  await client.cancel(id);
  expect((await client.waitForEnd(id)).status).toBe("cancelled");
  await expect.poll(metrics).toContain("pharmadb_model_calls_waiting 0\n");
  expect(model.calls).toHaveLength(1);
  expect(await metrics()).toContain("pharmadb_model_share_wait_seconds_count 2\n");
});
