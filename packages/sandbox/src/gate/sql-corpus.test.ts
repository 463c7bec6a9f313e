import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import type { JobFile } from "../job-file.ts";
import { openTestSandbox, type TestSandbox } from "../testing/open-test-sandbox.ts";

const SHARED = resolve(import.meta.dirname, "../../../../../shared");
const CHILDREN = 3;
/** Statements that must end by themselves get time to do so on a busy machine; for the others the limit is the point. */
const LIMITS = { stopped: 400, ending: 60_000 };
const isMissing = !existsSync(SHARED);

type Attack = { id: string; sql: string; expect: string; also?: string[] };
type Question = { id: string; files: string[]; sql?: string | string[] };

test.skipIf(isMissing)(
  "every statement of the shared attack corpus ends as the corpus says (skipped without ../shared)",
  { timeout: 240_000 },
  async () => {
    await using opened = await openTestSandbox({ processes: CHILDREN });
    const data = resolve(SHARED, "data/sql-corpus");
    const files = [
      await opened.uploadFrom(`${data}/sales.csv`),
      await opened.uploadFrom(`${data}/ev.ndjson`),
      await opened.uploadFrom(`${data}/small.json`),
      await opened.uploadFrom(`${data}/small.tsv`, "tsv.tsv"),
    ];
    const attacks: Attack[] = JSON.parse(readFileSync(resolve(SHARED, "research/sql-attacks.json"), "utf8"));
    const unexpected: string[] = [];
    const rest = [...attacks];
    const work = async () => {
      for (let attack = rest.shift(); attack !== undefined; attack = rest.shift()) {
        const ends = [attack.expect, ...(attack.also ?? [])];
        const timeoutMs = ends.includes("timeout") ? LIMITS.stopped : LIMITS.ending;
        const ended = await endOf(opened, files, attack.sql.replaceAll("$DATA", data), timeoutMs);
        if (!ends.includes(ended)) unexpected.push(`${attack.id}: ${ended}`);
      }
    };
    await Promise.all(Array.from({ length: CHILDREN }, work));
    expect(unexpected).toEqual([]);
    expect(attacks.length).toBeGreaterThan(250);
  },
);

test.skipIf(isMissing)(
  "the SQL behind the shared questions passes the gate (skipped without ../shared)",
  { timeout: 60_000 },
  async () => {
    await using opened = await openTestSandbox();
    const { questions }: { questions: Question[] } = JSON.parse(
      readFileSync(resolve(SHARED, "data/questions-dev.json"), "utf8"),
    );
    const failures: string[] = [];
    const known = new Map<string, JobFile>();
    const upload = async (path: string, name: string) => {
      const file = known.get(`${path} ${name}`) ?? (await opened.uploadFrom(path, name));
      known.set(`${path} ${name}`, file);
      return file;
    };
    for (const { id, files, sql } of questions.filter((question) => question.sql !== undefined)) {
      const statements = [sql ?? []].flat();
      const uploaded = [];
      for (const file of files) {
        const path = resolve(SHARED, "data", file);
        const name = file.split("/").at(-1) ?? file;
        // The questions call these tables by other names than their files have.
        const isRenamed = statements.join(" ").includes(" indo ") || statements.join(" ").includes(" strep ");
        uploaded.push(await upload(path, isRenamed ? name.replace("_rct", "").replace("_tb", "") : name));
      }
      for (const statement of statements) {
        await opened.query(uploaded, statement).catch((error: Error) => failures.push(`${id}: ${error.message}`));
      }
    }
    expect(failures).toEqual([]);
    expect(questions.length).toBeGreaterThan(10);
  },
);

async function endOf(
  opened: TestSandbox,
  files: Parameters<TestSandbox["query"]>[0],
  sql: string,
  timeoutMs: number,
): Promise<string> {
  try {
    const { truncated } = await opened.query(files, sql, { timeoutMs, maxBytes: 1_000_000 });
    return truncated === null ? "ok" : "truncated";
  } catch (error) {
    const details = error instanceof Error && "details" in error ? (error.details as Record<string, unknown>) : {};
    return details.reason === "timeout" ? "timeout" : "error";
  }
}
