import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findRedis, startRedis } from "@pharmadb/queue/testing";
import { findPostgres, startPostgres } from "@pharmadb/store/testing";
import { expect, test } from "vitest";
import { runCommand } from "../testing/run-command.ts";
import { startApiProcess } from "../testing/start-api-process.ts";

const hasServers = (await findRedis()) !== null && (await findPostgres()) !== null;

test.skipIf(!hasServers)(
  "two API processes behind a proxy count a key together, and tell clients apart by what the proxy says",
  async () => {
    await using stack = new AsyncDisposableStack();
    const dataDir = await mkdtemp(join(tmpdir(), "pharmadb-limits-test-"));
    stack.defer(() => rm(dataDir, { recursive: true, force: true }));
    const [postgres, redis] = [stack.use(await startPostgres()), stack.use(await startRedis())];
    const record = { DATABASE_URL: postgres.connectionString, PHARMADB_DATA_DIR: dataDir };
    const made = await runCommand(["keys", "create", "--tenant", "acme", "--scopes", "read", "--rate", "5"], record);
    const authorization = `Bearer ${made.stdout.trim()}`;
    const env = { ...record, REDIS_URL: redis.url, AUTH: "on", TRUST_PROXY: "1", RATE_LIMIT_PER_MINUTE: "3" };
    const [one, two] = [stack.use(await startApiProcess({ env })), stack.use(await startApiProcess({ env }))];

    const statuses = async (count: number, init: RequestInit) => {
      const answers = Array.from({ length: count }, (_, index) =>
        fetch(`${[one, two][index % 2]?.url}/api/v1/research`, init),
      );
      return (await Promise.all(answers)).map(({ status }) => status).sort();
    };
    expect(await statuses(8, { headers: { authorization } })).toEqual([200, 200, 200, 200, 200, 429, 429, 429]);
    const from = (address: string) => ({ method: "POST", headers: { "x-forwarded-for": `1.2.3.4, ${address}` } });
    expect(await statuses(4, from("203.0.113.7"))).toEqual([401, 401, 401, 429]);
    expect(await statuses(2, from("203.0.113.8"))).toEqual([401, 401]);
  },
  240_000,
);
