import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, test, vi } from "vitest";
import { runCommand } from "../testing/run-command.ts";
import { startServe } from "../testing/start-serve.ts";

vi.setConfig({ testTimeout: 120_000 });

/** Takes everything, and remembers the types. */
async function startTaker() {
  const taken: string[] = [];
  const server = createServer(async (request, response) => {
    taken.push((JSON.parse(await text(request)) as { type: string }).type);
    response.writeHead(204).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/in`;
  return { url, taken, [Symbol.dispose]: () => void server.close() };
}

test("webhooks makes an endpoint, changes and tries it, lists what was sent, and deletes it", async () => {
  await using stack = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), "pharmadb-webhooks-test-"));
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  using taker = await startTaker();
  const env = { PHARMADB_DATA_DIR: join(directory, "data"), WEBHOOK_ALLOW_PRIVATE: "true", SANDBOX_PROCESSES: "1" };
  const served = stack.use(await startServe(env));
  const webhooks = async (...args: string[]) => {
    const ran = await runCommand(["webhooks", ...args, "--url", served.url]);
    expect(ran, ran.stderr).toMatchObject({ code: 0 });
    return ran;
  };
  const events = ["--events", "research.failed, batch.failed"];
  const made = await webhooks("create", taker.url, ...events, "--description", "Alarm \u202e bell");
  expect(made.stdout).toMatch(/^whsec_\S+\n$/);
  const [id = ""] = /whe_\w+/.exec(made.stderr) ?? [];
  expect((await webhooks("list")).stdout).toMatch(
    new RegExp(`^ID .*\n${id} {2}works {2}research\\.failed,batch\\.failed {2}${taker.url} {2}Alarm {3}bell\n$`),
  );
  expect(JSON.parse((await webhooks("update", id, "--description", "Bell", "--disable")).stdout)).toMatchObject({
    id,
    description: "Bell",
    enabled: false,
  });
  expect((await webhooks("list")).stdout).toContain("disabled");
  await webhooks("update", id, "--enable", "--to", `${taker.url}/2`);
  expect(JSON.parse((await webhooks("get", id)).stdout)).toMatchObject({ url: `${taker.url}/2`, enabled: true });
  const { stdout: secret } = await webhooks("rotate-secret", id);
  expect(secret).toMatch(/^whsec_\S+\n$/);
  expect(secret).not.toBe(made.stdout);

  const delivery = (await webhooks("test", id)).stdout.trim();
  await expect.poll(() => served.client.webhooks.getDelivery(delivery)).toMatchObject({ status: "delivered" });
  expect((await webhooks("deliveries", id, "--status", "delivered")).stdout).toMatch(
    new RegExp(`^ID .*\n${delivery} .* webhook\\.test {2}- {6}delivered {2}1\n$`),
  );
  expect(JSON.parse((await webhooks("deliveries", "--json", "--limit", "5")).stdout)).toMatchObject([{ id: delivery }]);
  await webhooks("redeliver", delivery);
  await expect.poll(() => taker.taken).toEqual(["webhook.test", "webhook.test"]);
  await webhooks("delete", id);
  expect((await webhooks("list")).stdout.trimEnd().split("\n")).toHaveLength(1);
});

test.each([
  {
    args: ["send"],
    says: 'there is no "send"; there are create, list, get, update, delete, rotate-secret, test, deliveries and redeliver',
  },
  { args: ["create"], says: "where to?" },
  { args: ["create", "https://example.com/in", "--events", "research.begun"], says: 'there is no "research.begun"' },
  { args: ["update", "whe_01h00000000000000000000000"], says: "nothing to change" },
  { args: ["update", "whe_01h00000000000000000000000", "--enable", "--disable"], says: "not both" },
  { args: ["redeliver", "whe_01h00000000000000000000000"], says: "begin with whd_" },
])("the command line webhooks $args is refused with exit code 2 and the reason", async ({ args, says }) => {
  const { code, stderr } = await runCommand(["webhooks", ...args]);
  expect(stderr).toContain(says);
  expect(code).toBe(2);
});
