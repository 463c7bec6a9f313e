import { Client } from "pg";
import { expect, test } from "vitest";
import { findPgbouncer, findPostgres, startPgbouncer, startPostgres } from "../testing/index.ts";
import { openPostgres } from "./open-postgres.ts";

const isMissing = (await findPostgres()) === null || findPgbouncer() === null;
const TURNS = 150;

/** Tells a channel of something again and again, until disposed. */
async function startNotifying(connectionString: string): Promise<AsyncDisposable> {
  const client = new Client(connectionString);
  await client.connect();
  let stopped = false;
  const notifying = (async () => {
    while (!stopped) await client.query("notify everybody");
  })();
  return {
    async [Symbol.asyncDispose]() {
      stopped = true;
      await notifying;
      await client.end();
    },
  };
}

/** Somebody who listens, and goes without having said so, as a process that is killed. */
async function listenAndGo(connectionString: string): Promise<void> {
  const client = new Client(connectionString);
  await client.connect();
  await client.query("listen everybody");
  await client.end();
}

test.skipIf(isMissing)(
  `no statement takes the answer to another one, whatever a pooler mixes up when somebody goes who listened${isMissing ? " (no pgbouncer here)" : ""}`,
  async () => {
    await using server = await startPostgres();
    await using pooler = await startPgbouncer(server.port);
    await using _notifying = await startNotifying(server.connectionString);
    const { connectionString } = pooler;
    const answers: unknown[] = [];
    for (let turn = 0; turn < TURNS; turn++) {
      const gone = listenAndGo(connectionString);
      const { sql, close } = await openPostgres({ connectionString, maxConnections: 1 });
      await gone;
      for (const n of [1, 2]) {
        await sql.query("select $1::integer as n", [n]).then(
          (rows) => answers.push(...rows.map((row) => row.n === n)),
          (error) => expect(error).toMatchObject({ name: "RecordUnreachable" }),
        );
      }
      await close();
    }
    expect(answers.length).toBeGreaterThan(TURNS / 2);
    expect(answers.filter((isRight) => !isRight)).toEqual([]);
  },
);
