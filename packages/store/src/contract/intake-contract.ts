import { setImmediate as eventLoopTurn } from "node:timers/promises";
import { AppError, newId } from "@pharmadb/contracts";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Database } from "../database.ts";
import { type CreatedResearch, createResearch, type NewResearch } from "../research/create-research.ts";
import { openResearchIntake } from "../research/open-research-intake.ts";
import type { Row, Sql } from "../sql.ts";
import { newResearch, newTenant, storedFile } from "./given.ts";

const Submission = fc.record({
  key: fc.option(fc.constantFrom("a", "b", "c"), { freq: 2 }),
  body: fc.constantFrom("one", "other"),
  files: fc.array(fc.constantFrom("known", "unknown"), { maxLength: 2 }).map((names) => [...new Set(names)]),
  // Nothing that the API lets through is refused by the database; one that is must not harm the others.
  refused: fc.nat({ max: 9 }).map((value) => value === 0),
  // Which of two processes it comes to, and when.
  side: fc.nat({ max: 1 }),
  turns: fc.nat({ max: 3 }),
});
type Submission = typeof Submission extends fc.Arbitrary<infer T> ? T : never;

type Create = (research: NewResearch) => Promise<CreatedResearch>;
/** What a submission came to: which of the submissions has made its job, or what is wrong with it. */
type Result = { outcome: string; madeBy: number } | { refused: string; paths: string[] };

/** A tenant of its own for these submissions, as jobs. */
async function jobsOf(sql: Sql, submissions: readonly Submission[]) {
  const tenant = newTenant();
  const ids = { known: (await storedFile(sql, tenant)).id, unknown: newId("file") };
  const jobs = submissions.map(({ key, body, files, refused }) =>
    newResearch(tenant, {
      request: { file_ids: files.map((name) => ids[name]) },
      timeoutSeconds: refused ? -1 : null,
      idempotency: key === null ? null : { key, bodySha256: body },
    }),
  );
  return { tenant, jobs };
}

async function resultOf(create: Create, jobs: readonly NewResearch[], job: NewResearch): Promise<Result> {
  try {
    const { outcome, research } = await create(job);
    return { outcome, madeBy: jobs.findIndex(({ id }) => id === research.id) };
  } catch (error) {
    if (error instanceof AppError) return { refused: error.code, paths: error.errors.map(({ path }) => path) };
    return { refused: String((error as { code?: unknown }).code), paths: [] };
  }
}

async function expectWritten(sql: Sql, tenant: string, created: readonly NewResearch[]): Promise<void> {
  const jobs = await sql.query<{ id: string }>("select id from research where tenant_id = $1", [tenant]);
  expect(jobs.map(({ id }) => id).toSorted()).toEqual(created.map(({ id }) => id).toSorted());
  const events = await sql.query("select research_id as id, seq, type from research_events where tenant_id = $1", [
    tenant,
  ]);
  expect(events.toSorted(byId)).toEqual(
    created.map(({ id }) => ({ id, seq: 1, type: "research.queued" })).toSorted(byId),
  );
  const keys = await sql.query("select research_id as id, key from idempotency_keys where tenant_id = $1", [tenant]);
  const taken = created.flatMap(({ id, idempotency }) => (idempotency ? [{ id, key: idempotency.key }] : []));
  expect(keys.toSorted(byId)).toEqual(taken.toSorted(byId));
}

function byId(a: Row, b: Row): number {
  return String(a.id).localeCompare(String(b.id));
}

/** What submitting promises to many at once. */
export function intakeContract(database: () => Database): void {
  test("submissions at once come to what they would come to one after the other", async () => {
    const { sql } = database();
    await fc.assert(
      fc.asyncProperty(fc.array(Submission, { minLength: 1, maxLength: 12 }), async (submissions) => {
        const { tenant, jobs } = await jobsOf(sql, submissions);
        const sides = [openResearchIntake(sql), openResearchIntake(sql)];
        const results = await Promise.all(
          submissions.map(async ({ side, turns }, index) => {
            for (let turn = 0; turn < turns; turn++) await eventLoopTurn();
            const create: Create = (job) => sides[side]?.create(job) ?? Promise.reject(new Error("No such side."));
            return resultOf(create, jobs, jobs[index] as NewResearch);
          }),
        );
        const created = results.flatMap((result, index) =>
          "outcome" in result && result.outcome === "created" ? [index] : [],
        );
        await expectWritten(
          sql,
          tenant,
          created.map((index) => jobs[index] as NewResearch),
        );

        const again = await jobsOf(sql, submissions);
        const oneByOne: Result[] = [];
        const failed = [...results.keys()].filter((index) => "refused" in (results[index] as Result));
        for (const index of new Set([...failed, ...created, ...results.keys()])) {
          const job = again.jobs[index] as NewResearch;
          oneByOne[index] = await resultOf((each) => createResearch(sql, each), again.jobs, job);
        }
        expect(results).toEqual(oneByOne);
      }),
      { numRuns: 60 },
    );
  });

  test("twenty submissions at once are one statement, and each is answered as it reads back", async () => {
    const { sql } = database();
    const tenant = newTenant();
    const file = await storedFile(sql, tenant);
    let statements = 0;
    const counting: Sql = {
      atOnce: sql.atOnce,
      query: <R extends Row>(text: string, parameters?: readonly unknown[]) => {
        statements++;
        return sql.query<R>(text, parameters);
      },
      transaction: () => Promise.reject(new Error("A transaction takes more than one.")),
    };
    const intake = openResearchIntake(counting);
    const jobs = Array.from({ length: 20 }, (_, index) =>
      newResearch(tenant, { request: { question: `Question ${index}?`, file_ids: [file.id] } }),
    );
    const results = await Promise.all(jobs.map((job) => intake.create(job)));
    expect(statements).toBe(1);
    expect(results.map(({ research }) => [research.id, research.question])).toEqual(
      jobs.map(({ id, request }) => [id, request.question]),
    );
  });

  test("when the database fails, everyone is told, and the next submissions work", async () => {
    const { sql } = database();
    let fails = true;
    const failing: Sql = {
      ...sql,
      query: (text, parameters) => (fails ? Promise.reject(new Error("connection lost")) : sql.query(text, parameters)),
    };
    const intake = openResearchIntake(failing);
    const tenant = newTenant();
    const settled = await Promise.allSettled([1, 2, 3].map(() => intake.create(newResearch(tenant))));
    expect(settled.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    fails = false;
    expect((await intake.create(newResearch(tenant))).outcome).toBe("created");
  });
}
