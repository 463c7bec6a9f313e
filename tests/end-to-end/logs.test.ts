import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startApiProcess, startWorkerProcess } from "@pharmadb/cli/testing";
import { createClient } from "@pharmadb/client";
import { applyMigrations, createApiKey, openPostgres } from "@pharmadb/store";
import { findPostgres, startPostgres } from "@pharmadb/store/testing";
import { describe, expect, test, vi } from "vitest";
import type { ScriptedAnswer } from "../doubles/openai/build-response.ts";
import type { ResponsesBody } from "../doubles/openai/check-request.ts";
import { type OpenAiDouble, startOpenAiDouble } from "../doubles/openai/start-openai-double.ts";
import { temporaryFolder } from "./temporary-folder.ts";

// A database server and several processes start in it.
vi.setConfig({ testTimeout: 180_000 });

const hasPostgres = (await findPostgres()) !== null;

/** Secrets without the shape of one, so that only their values can give them away. */
const PLANTED = {
  openAiKey: "planted.openai.credential",
  databasePassword: "planted/database+password",
  metricsToken: "planted.metrics.credential",
  wrongKey: "pdb_plantedplantedplantedplantedplantedplanted",
  question: "Zanzibarquestion",
  cell: "Quetzalcell",
  json: "Xylophonejson",
  passage: "Ocelotpassage",
  answer: "Narwhalanswer",
};

const quoted = `${PLANTED.cell} ${PLANTED.question}`;

/** A model that goes wrong in the way that the question asks for, and repeats what it was told where it can. */
function script(body: ResponsesBody): ScriptedAnswer {
  const asked = JSON.stringify(body.input);
  const role = body.text?.format?.name;
  if (asked.includes("refuse")) return { refusal: `I will not: ${quoted} ${PLANTED.answer}` };
  if (asked.includes("babble")) return { text: `{"${PLANTED.answer}": ${quoted}` };
  if (asked.includes("fail")) return { failed: { code: "server_error", message: quoted } };
  if (role === "plan") return { text: { understanding: quoted, steps: [{ title: quoted, question: quoted }] } };
  if (role === "findings" && !asked.includes("function_call_output")) {
    const sql = "select cast(AETERM as integer) from ae";
    return {
      toolCalls: [
        { name: "tables_query", arguments: { sql, purpose: quoted } },
        { name: `tables_${PLANTED.answer}`, arguments: "{}" },
      ],
    };
  }
  if (role === "findings") return { text: { findings: [], tables: [], not_understood: [quoted] } };
  return { text: { title: quoted, answer: PLANTED.answer, findings: [], tables: [], limitations: [quoted] } };
}

type Lines = Record<string, unknown>[];

async function startService(double: OpenAiDouble) {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const postgres = stack.use(await startPostgres());
  const address = new URL(postgres.connectionString);
  // The test's server lets everybody in; what counts is that the processes are given a password.
  address.password = encodeURIComponent(PLANTED.databasePassword);
  const database = await openPostgres({ connectionString: postgres.connectionString, maxConnections: 4 });
  await applyMigrations(database.sql);
  const { key } = await createApiKey(database.sql, { tenantId: "acme", scopes: ["read", "write"] });
  await database.close();
  const env = {
    DATABASE_URL: address.href,
    PHARMADB_DATA_DIR: join(folder.path, "data"),
    SANDBOX_PROCESSES: "1",
    LOG_LEVEL: "debug",
    AUTH: "on",
    METRICS_TOKEN: PLANTED.metricsToken,
    OPENAI_API_KEY: PLANTED.openAiKey,
    OPENAI_BASE_URL: double.url,
    RATE_LIMIT_PER_MINUTE: "1000",
  };
  const api = stack.use(await startApiProcess({ env }));
  const worker = stack.use(await startWorkerProcess({ env: { ...env, METRICS_PORT: "0" } }));
  const owned = stack.move();
  return { folder, postgres, key, api, worker, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

describe.skipIf(!hasPostgres)(`the logs${hasPostgres ? "" : " (no postgres here)"}`, () => {
  test("name request, job and tenant, and hold no secret and no content, whatever goes wrong", async () => {
    let isKeyRefused = false;
    await using double = await startOpenAiDouble({
      script,
      faults: () =>
        isKeyRefused
          ? { kind: "status", status: 401, message: `Incorrect API key provided: ${PLANTED.openAiKey}. ${quoted}` }
          : null,
    });
    await using service = await startService(double);
    const { api, worker, folder, key } = service;
    const client = createClient({ baseUrl: api.url, apiKey: key });
    const write = async (name: string, content: string) => {
      const path = join(folder.path, name);
      await writeFile(path, content);
      return path;
    };
    const table = await client.uploadFile(
      await write("ae.csv", `USUBJID,AETERM\n01,${PLANTED.cell}\n02,${PLANTED.cell}\n`),
    );
    const notes = await client.uploadFile(await write("notes.md", `# Notes\n\n${PLANTED.passage} was seen.\n`));
    for (const [name, content] of [
      ["broken.json", `[{"a": "${PLANTED.json}"}, ${PLANTED.json}]`],
      ["broken.ndjson", `{"a": 1}\n{"a": ${PLANTED.json}\n`],
    ] as const) {
      await expect(client.uploadFile(await write(name, content)), name).rejects.toMatchObject({
        code: "file_unreadable",
      });
    }
    const intruder = createClient({ baseUrl: api.url, apiKey: PLANTED.wrongKey });
    await expect(intruder.getResearch("res_00000000000000000000000000")).rejects.toMatchObject({
      code: "unauthorized",
    });
    await fetch(`${api.url}/metrics`, { headers: { authorization: `Bearer ${PLANTED.metricsToken}` } });
    await fetch(`${api.url}/api/v1/research`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: `{"question": ${PLANTED.question}`,
    });

    const ask = async (what: string, file_ids = [table.id, notes.id]) => {
      const { id } = await client.submit({ question: `${PLANTED.question}: ${what}?`, file_ids, depth: "quick" });
      const { status, error } = await client.waitForEnd(id);
      return { id, end: error?.code ?? status };
    };
    const ends = new Map<string, string>();
    const ids: string[] = [];
    for (const what of ["count", "refuse", "babble", "fail"]) {
      const { id, end } = await ask(what);
      ids.push(id);
      ends.set(what, end);
    }
    isKeyRefused = true;
    ends.set("key", (await ask("key")).end);
    isKeyRefused = false;
    // The bytes of a file become others under its job.
    const files = join(folder.path, "data", "files");
    for (const name of await readdir(files, { recursive: true, withFileTypes: true })) {
      if (name.isFile())
        await writeFile(join(name.parentPath, name.name), `"${PLANTED.cell}\n\u0000${PLANTED.passage}`);
    }
    const other = await client.uploadFile(await write("dm.csv", `USUBJID,AGE\n01,${PLANTED.cell}\n`));
    for (const entry of await readdir(files, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) await writeFile(join(entry.parentPath, entry.name), `"${PLANTED.cell}`);
    }
    ends.set("changed", (await ask("count", [other.id])).end);
    expect(Object.fromEntries(ends)).toMatchObject({
      count: "completed",
      refuse: "model_refused",
      key: "unauthorized",
    });

    // Ends the server with its connections, as it would end in a crash.
    process.kill(service.postgres.pid, "SIGQUIT");
    const lookUp = () =>
      client.getResearch(ids[0] ?? "").then(
        () => "found",
        ({ code }) => code,
      );
    await expect.poll(lookUp, { timeout: 20_000 }).not.toBe("found");
    await fetch(`${api.url}/readyz`);
    await api.logged(/"message":"(?:request failed|dependency is out)"/);

    const lines = [...api.log, ...worker.log];
    for (const [name, secret] of Object.entries({ ...PLANTED, key })) {
      for (const written of new Set([secret, encodeURIComponent(secret)])) {
        expect(
          lines.filter((line) => line.includes(written)),
          name,
        ).toEqual([]);
      }
    }
    const parse = (log: readonly string[]): Lines => log.map((line) => JSON.parse(line) as Lines[number]);
    const requests = parse(api.log).filter(({ message, path }) => message === "request" && path === "/api/v1/research");
    expect(requests.length).toBeGreaterThan(5);
    for (const line of requests) expect(line).toMatchObject({ request_id: expect.any(String), tenant_id: "acme" });
    const refused = parse(api.log).filter(({ message, status }) => message === "request" && status === 401);
    expect(refused[0]).toMatchObject({ request_id: expect.any(String) });
    expect(refused[0]).not.toHaveProperty("tenant_id");
    for (const id of ids) {
      const about = parse(worker.log).filter(({ research_id, attempt }) => research_id === id && attempt !== undefined);
      expect(about.length, id).toBeGreaterThan(1);
      for (const line of about) expect(line).toMatchObject({ tenant_id: "acme" });
    }
  });
});
