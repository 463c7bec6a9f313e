import { join } from "node:path";
import { startApiProcess } from "@pharmadb/cli/testing";
import { findPostgres, startPostgres } from "@pharmadb/store/testing";
import { expect, test } from "vitest";
import { temporaryFolder } from "./temporary-folder.ts";

const noPostgres = (await findPostgres()) === null;

test.skipIf(noPostgres)(
  `while Postgres is away the API says when to come again${noPostgres ? " (none here)" : ""}`,
  {
    timeout: 120_000,
  },
  async () => {
    await using folder = await temporaryFolder();
    await using postgres = await startPostgres();
    const env = { DATABASE_URL: postgres.connectionString, PHARMADB_DATA_DIR: join(folder.path, "data") };
    await using api = await startApiProcess({ env });
    const list = () => fetch(`${api.url}/api/v1/research`);
    expect((await list()).status).toBe(200);
    await postgres.stop();
    const refused = await list();
    expect(refused.status).toBe(503);
    expect(refused.headers.get("retry-after")).toBe("2");
    const problem = (await refused.json()) as { code: string; detail: string };
    expect(problem.code).toBe("unavailable");
    expect(problem.detail).not.toMatch(/127\.0\.0\.1|ECONN|terminat/);
    await postgres.start();
    await expect.poll(async () => (await list()).status, { timeout: 30_000 }).toBe(200);
  },
);
