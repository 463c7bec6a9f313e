import { newId, nextTick, Schedule } from "@pharmadb/contracts";
import { expect } from "vitest";
import { z } from "zod";
import { test } from "../../testing/api-test.ts";
import type { TestApi } from "../../testing/start-test-api.ts";
import { uploadCsv } from "../../testing/upload.ts";

const SCHEDULES = "/api/v1/schedules";
const Refusal = z.object({ errors: z.array(z.object({ path: z.string(), message: z.string() })) });

/** A body that is accepted, changed by the fields given. */
async function bodyWith(api: TestApi, fields: object = {}) {
  return { cron: "0 6 * * mon-fri", research: { question: "How many?", file_ids: [await uploadCsv(api)] }, ...fields };
}

async function create(api: TestApi, fields: object = {}): Promise<Schedule> {
  const answer = await api.call("POST", SCHEDULES, { json: await bodyWith(api, fields) });
  expect(answer.status, answer.text).toBe(201);
  expect(answer.headers.get("location")).toBe(`${SCHEDULES}/${Schedule.parse(answer.body).id}`);
  return Schedule.parse(answer.body);
}

const delayed = async ({ queues }: { queues: { maintenance: { counts(): Promise<{ delayed: number }> } } }) =>
  (await queues.maintenance.counts()).delayed;

test("a schedule is made, listed, paused and erased, and the queue knows of it while it is to run", async ({
  api,
  parts,
}) => {
  const before = await delayed(parts);
  const made = await create(api, { timezone: "Europe/Berlin", notify: "on_change" });
  expect(made).toMatchObject({
    cron: "0 6 * * mon-fri",
    research: { question: "How many?", depth: "standard" },
    webhook: null,
    notify: "on_change",
    paused_at: null,
    last_run: null,
  });
  const next = nextTick({ cron: "0 6 * * mon-fri", timezone: "Europe/Berlin" }, new Date(made.created_at));
  expect(made.next_run_at).toBe(next.toISOString());
  expect(await delayed(parts)).toBe(before + 1);
  const path = `${SCHEDULES}/${made.id}`;
  expect((await api.call("GET", path)).body).toEqual(made);
  expect((await api.call("GET", SCHEDULES)).body).toMatchObject({ data: expect.arrayContaining([made]) });

  const paused = await api.call("PATCH", path, { json: { paused: true } });
  expect(paused.body).toMatchObject({ paused_at: expect.any(String), next_run_at: null });
  expect(await delayed(parts)).toBe(before);
  const resumed = await api.call("PATCH", path, { json: { paused: false, cron: "*/5 * * * *" } });
  expect(resumed.body).toMatchObject({ paused_at: null, cron: "*/5 * * * *" });
  expect(await delayed(parts)).toBe(before + 1);
  expect((await api.call("GET", `${path}/runs`)).body).toMatchObject({ data: [], has_more: false });

  expect((await api.call("DELETE", path)).status).toBe(204);
  expect(await delayed(parts)).toBe(before);
  for (const [method, where] of [
    ["GET", path],
    ["DELETE", path],
    ["GET", `${path}/runs`],
  ] as const) {
    expect((await api.call(method, where)).status).toBe(404);
  }
  expect((await api.call("PATCH", path, { json: { paused: true } })).status).toBe(404);
});

test("what is wrong with a schedule is named", async ({ api }) => {
  const good = await bodyWith(api);
  const { file_ids } = good.research;
  const bad: [fields: object, path: string][] = [
    [{ cron: "0 6 * * * *" }, "cron"],
    [{ cron: "@daily" }, "cron"],
    [{ cron: "0 0 30 2 *" }, "cron"],
    [{ cron: undefined }, "cron"],
    [{ timezone: "Mars/Olympus" }, "timezone"],
    [{ timezone: "+02:00" }, "timezone"],
    [{ notify: "never" }, "notify"],
    [{ research: { file_ids } }, "research.question"],
    [{ research: { question: "How many?", file_ids: [] } }, "research.file_ids"],
    [{ research: { question: "How many?", file_ids: [...file_ids, newId("file")] } }, "research.file_ids.1"],
    [{ research: { question: "How many?", file_ids, sources: ["pubmed"] } }, "research.sources.0"],
    [{ research: { question: "How many?", file_ids, webhook: { url: "https://example.com" } } }, "research.webhook"],
    [{ webhook: { url: "ftp://example.com" } }, "webhook.url"],
    [{ webhook: { url: "http://169.254.169.254/" } }, "webhook.url"],
    [{ every: "day" }, "every"],
  ];
  const { id } = await create(api);
  for (const [fields, path] of bad) {
    const answer = await api.call("POST", SCHEDULES, { json: { ...good, ...fields } });
    expect(answer.status, `${JSON.stringify(fields)}: ${answer.text}`).toBe(422);
    expect(Refusal.parse(answer.body).errors.map((each) => each.path)).toEqual([path]);
    if (Object.values(fields).includes(undefined)) continue;
    const patched = await api.call("PATCH", `${SCHEDULES}/${id}`, { json: fields });
    expect(patched.status, `${JSON.stringify(fields)}: ${patched.text}`).toBe(422);
    expect(Refusal.parse(patched.body).errors.map((each) => each.path)).toEqual([path]);
  }
});

test("a schedule runs when it is asked to, and not twice at once", async ({ api }) => {
  const { id } = await create(api);
  const runs = `${SCHEDULES}/${id}/runs`;
  const answer = await api.call("POST", runs);
  expect(answer).toMatchObject({ status: 202, body: { status: "queued", schedule_id: id, question: "How many?" } });
  const { id: job } = answer.body as { id: string };
  expect(answer.headers.get("location")).toBe(`/api/v1/research/${job}`);
  expect((await api.call("GET", runs)).body).toMatchObject({ data: [{ research_id: job, outcome: "queued" }] });
  expect((await api.call("GET", `${SCHEDULES}/${id}`)).body).toMatchObject({ last_run: { research_id: job } });
  expect((await api.call("POST", runs)).status).toBe(409);
  await api.call("POST", `/api/v1/research/${job}/cancel`);
  expect((await api.call("POST", runs)).status).toBe(202);
});

test("a file that a schedule names cannot be deleted while it does", async ({ api }) => {
  const { id, research } = await create(api);
  const path = `/api/v1/files/${research.file_ids[0]}`;
  expect(await api.call("DELETE", path)).toMatchObject({
    status: 409,
    body: { detail: expect.stringContaining("schedule") },
  });
  await api.call("PATCH", `${SCHEDULES}/${id}`, {
    json: { research: { question: "How many?", file_ids: [await uploadCsv(api)] } },
  });
  expect((await api.call("DELETE", path)).status).toBe(204);
});
