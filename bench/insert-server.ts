// The least that can be called storing lines: the body is cut at its line breaks, and 500 lines at a time are inserted
// as they are, without a look into them. On PGlite in a folder, or on the Postgres given. Runs as a child of a
// benchmark.
import { rm } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { openPglite, openPostgres } from "@pharmadb/store";
import { serveBench } from "./child-process.ts";

const LINES = 500;
const [dataDir = "", connectionString] = process.argv.slice(2);
const database = await (connectionString === undefined
  ? openPglite({ dataDir })
  : openPostgres({ connectionString, maxConnections: 10 }));
const { sql } = database;
await sql.query(
  "create table if not exists floor_lines (line bigint generated always as identity, request json not null)",
);

async function store(request: IncomingMessage): Promise<void> {
  let lines: string[] = [];
  let rest = "";
  let storing: Promise<unknown> = Promise.resolve();
  const insert = async () => {
    const text = lines.join("\n");
    lines = [];
    await storing;
    storing = sql.query(
      "insert into floor_lines (request) select line::json from string_to_table($1, E'\\n') as line",
      [text],
    );
  };
  for await (const text of request.setEncoding("utf8")) {
    const cut = (rest + text).split("\n");
    rest = cut.pop() ?? "";
    for (const line of cut) {
      lines.push(line);
      if (lines.length === LINES) await insert();
    }
  }
  if (lines.length > 0) await insert();
  await storing;
}

const server = createServer((request, response) => {
  void store(request).then(() => response.end("stored"));
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

serveBench(
  async () => ({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }),
  async () => {
    server.closeAllConnections();
    server.close();
    await database.close();
    await rm(dataDir, { recursive: true, force: true });
  },
);
