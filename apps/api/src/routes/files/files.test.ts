import { createHash, randomBytes } from "node:crypto";
import { readdir } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { FileObject, Problem } from "@pharmadb/contracts";
import { expect } from "vitest";
import { test } from "../../testing/api-test.ts";
import { startTestApi, type TestApi, type TestParts } from "../../testing/start-test-api.ts";
import { submit } from "../../testing/submit.ts";
import { CSV, formWith, uploadCsv } from "../../testing/upload.ts";
import { claim } from "../../testing/worker-side.ts";

const PATH = "/api/v1/files";

const sha256 = (content: string) => createHash("sha256").update(content).digest("hex");

/** What lies in the folders of uploads and stored files. */
async function filesOnDisk({ directory }: TestParts): Promise<string[]> {
  const read = async (name: string) => readdir(join(directory, name), { recursive: true }).catch(() => []);
  const stored = (await read("files")).filter((name) => /[0-9a-f]{64}$/.test(name));
  return [...(await read("uploads")).map((name) => `uploads/${name}`), ...stored].sort();
}

/** A record that takes no new file. */
const withoutNewFiles = (sql: TestParts["sql"]): TestParts["sql"] => ({
  ...sql,
  transaction: (work) => sql.transaction((transaction) => work(withoutNewFiles(transaction))),
  query: async (text, parameters) => {
    if (text.includes("insert into files")) throw new Error("on purpose");
    return sql.query(text, parameters);
  },
});

/** A multipart body by hand, for what no decent client sends. */
function rawForm(...parts: string[]) {
  const body = `${parts.map((part) => `--b\r\n${part}\r\n`).join("")}--b--\r\n`;
  return { body, headers: { "content-type": "multipart/form-data; boundary=b" } };
}

test("an upload is stored once with its hash and tells what is in it", async ({ api, parts }) => {
  const answer = await api.call("POST", PATH, { body: formWith(CSV) });
  expect(answer.status).toBe(201);
  const file = FileObject.parse(answer.body);
  expect(file).toMatchObject({
    name: "ae.csv",
    bytes: CSV.length,
    sha256: sha256(CSV),
    media_type: "text/csv",
    kind: "table",
    profile: { row_count: 3 },
  });
  expect(answer.headers.get("location")).toBe(`${PATH}/${file.id}`);
  expect((await api.call("GET", `${PATH}/${file.id}`)).body).toEqual(answer.body);
  await uploadCsv(api);
  expect((await filesOnDisk(parts)).filter((name) => name.endsWith(sha256(CSV)))).toHaveLength(1);
});

test("a document is told from a table", async ({ api }) => {
  const answer = await api.call("POST", PATH, {
    body: formWith("# Protocol\n\nThe trial compares two arms.\n", "protocol.md"),
  });
  expect(answer.body).toMatchObject({ kind: "document", media_type: "text/markdown", profile: { title: "Protocol" } });
});

test("a file that cannot be read is refused with the place, and not kept", async ({ api, parts }) => {
  const before = await filesOnDisk(parts);
  const answer = await api.call("POST", PATH, { body: formWith(randomBytes(300), "numbers.parquet") });
  expect(answer).toMatchObject({
    status: 422,
    body: { code: "file_unreadable", detail: expect.stringContaining("numbers.parquet") },
  });
  expect(await filesOnDisk(parts)).toEqual(before);
});

test("a form must hold one file in the field of that name", async ({ api, parts }) => {
  const before = await filesOnDisk(parts);
  const two = formWith(CSV);
  two.append("file", new Blob([CSV]), "more.csv");
  const extra = formWith(CSV);
  extra.append("note", "text");
  const cases: [string, RequestInit][] = [
    ["data", { body: formWith(CSV, "ae.csv", "data") }],
    ["file", { body: two }],
    ["note", { body: extra }],
    ["file", { body: new FormData() }],
    ["file", rawForm('Content-Disposition: form-data; name="file"\r\n\r\nno name')],
    ["file", rawForm('Content-Disposition: form-data; name="file"; filename=".."\r\n\r\nx')],
  ];
  for (const [path, init] of cases) {
    const answer = await api.call("POST", PATH, init);
    expect(answer.status, answer.text).toBe(422);
    expect(Problem.parse(answer.body).errors?.[0]?.path).toBe(path);
  }
  expect(await filesOnDisk(parts)).toEqual(before);
});

test("what is no whole multipart form is refused", async ({ api, parts }) => {
  const before = await filesOnDisk(parts);
  const send = (body: string, type: string) => api.call("POST", PATH, { body, headers: { "content-type": type } });
  expect((await send(CSV, "text/csv")).status).toBe(415);
  expect((await send(CSV, "multipart/form-data")).status).toBe(400);
  expect((await send("nothing of the kind", "multipart/form-data; boundary=b")).status).toBe(400);
  const cut = '--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nA,B\n1,';
  expect((await send(cut, "multipart/form-data; boundary=b")).status).toBe(400);
  expect((await send("--b\r\n\r\nno headers\r\n--b--", "multipart/form-data; boundary=b")).status).toBe(400);
  expect(await filesOnDisk(parts)).toEqual(before);
});

test("a file over the limit is refused, announced or not, and leaves nothing", async ({ api, parts }) => {
  const before = await filesOnDisk(parts);
  const large = `A\n${"1\n".repeat(600_000)}`;
  expect(await api.call("POST", PATH, { body: formWith(large) })).toMatchObject({
    status: 413,
    body: { code: "payload_too_large" },
  });
  // Without content-length, and a lie to be found out only by counting.
  const form = new Response(formWith(large));
  const init = { body: form.body, headers: { "content-type": form.headers.get("content-type") ?? "" }, duplex: "half" };
  expect((await api.call("POST", PATH, init as RequestInit)).status).toBe(413);
  expect(await filesOnDisk(parts)).toEqual(before);
});

test("a client that asks before it sends a file too large is not told to go on", async ({ api }) => {
  const answer = await talk(
    api,
    `POST ${PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 99999999\r\nExpect: 100-continue\r\n\r\n`,
  );
  expect(answer).toMatch(/^HTTP\/1\.1 413 /);
});

test("a client that leaves in the middle of an upload leaves nothing behind", async ({ api, parts }) => {
  const before = await filesOnDisk(parts);
  const socket = connect(Number(new URL(api.url).port), "127.0.0.1");
  const head = `POST ${PATH} HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: leaver\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 500000\r\n\r\n`;
  await new Promise<void>((resolve) => {
    const part = `--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n${"1\n".repeat(50_000)}`;
    socket.write(head + part, () => resolve());
  });
  socket.destroy();
  await api.logged(({ request_id, message }) => request_id === "leaver" && message === "request");
  expect(api.log.filter(({ request_id, level }) => request_id === "leaver" && level === "error")).toEqual([]);
  // The next upload has been stored after the first one's traces were removed.
  await uploadCsv(api, "X\n1\n");
  expect((await filesOnDisk(parts)).filter((name) => name.startsWith("uploads/"))).toEqual([]);
  expect((await filesOnDisk(parts)).length).toBe(before.length + 1);
});

test("names keep their letters and lose their paths", async ({ api }) => {
  const nameOf = async (disposition: string) => {
    const answer = await api.call(
      "POST",
      PATH,
      rawForm(`Content-Disposition: form-data; ${disposition}\r\n\r\nA,B\n1,2\n`),
    );
    return FileObject.parse(answer.body).name;
  };
  const utf8 = new FormData();
  utf8.append("file", new Blob(["A\n1\n"]), "Übersicht – 数据.csv");
  expect((await api.call("POST", PATH, { body: utf8 })).body).toMatchObject({ name: "Übersicht – 数据.csv" });
  expect(await nameOf('name="file"; filename="../../etc/passwd.csv"')).toBe("passwd.csv");
  expect(await nameOf('name="file"; filename="C:\\data\\ae.csv"')).toBe("ae.csv");
  expect(await nameOf('name="file"; filename="plain.csv"; filename*=UTF-8\'\'%C3%84rzte.csv')).toBe("Ärzte.csv");
  expect(await nameOf("name=file; filename*=UTF-8''a%2Fb%00.csv")).toBe("b.csv");
  const long = await nameOf(`name="file"; filename="${"n".repeat(400)}.csv"`);
  expect(long).toHaveLength(255);
  expect(long.endsWith(".csv")).toBe(true);
});

test("bytes are downloaded whole, by range and only when changed", async ({ api }) => {
  const id = await uploadCsv(api, CSV, 'ae "été".csv');
  const get = (headers: Record<string, string> = {}) => api.call("GET", `${PATH}/${id}/content`, { headers });
  const whole = await get();
  expect([whole.status, whole.text]).toEqual([200, CSV]);
  expect(whole.headers.get("content-disposition")).toBe(
    `attachment; filename="ae __t__.csv"; filename*=UTF-8''ae%20%22%C3%A9t%C3%A9%22.csv`,
  );
  const etag = whole.headers.get("etag") ?? "";
  expect(etag).toBe(`"${sha256(CSV)}"`);
  expect((await get({ "if-none-match": etag })).status).toBe(304);
  const ranges: Record<string, string> = {
    "bytes=0-6": CSV.slice(0, 7),
    "bytes=10-": CSV.slice(10),
    "bytes=-5": CSV.slice(-5),
    "bytes=5-99999": CSV.slice(5),
  };
  for (const [range, text] of Object.entries(ranges)) {
    const part = await get({ range });
    expect([part.status, part.text], range).toEqual([206, text]);
    expect(part.headers.get("content-range")).toMatch(/^bytes \d+-\d+\/\d+$/);
  }
  expect(await get({ range: "bytes=0-1,3-4" })).toMatchObject({ status: 200, text: CSV });
  expect(await get({ range: "bytes=0-1", "if-range": '"other"' })).toMatchObject({ status: 200, text: CSV });
  const beyond = await get({ range: "bytes=99999-" });
  expect([beyond.status, beyond.headers.get("content-range")]).toEqual([416, `bytes */${CSV.length}`]);
  const head = await api.call("HEAD", `${PATH}/${id}/content`);
  expect([head.status, head.text, head.headers.get("content-length")]).toEqual([200, "", String(CSV.length)]);
});

test("a file is deleted, with its bytes when no other file has them, but not under a job", async ({ api, parts }) => {
  const research = await submit(api);
  const [id = ""] = research.file_ids;
  expect(await api.call("DELETE", `${PATH}/${id}`)).toMatchObject({ status: 409, body: { code: "conflict" } });
  await (await claim(parts, research.id)).finish({ status: "cancelled" });
  expect((await api.call("DELETE", `${PATH}/${id}`)).status).toBe(204);
  expect((await api.call("GET", `${PATH}/${id}`)).status).toBe(404);
  expect((await api.call("GET", `${PATH}/${id}/content`)).status).toBe(404);
  const content = "only,one\n1,2\n";
  const [first, second] = [await uploadCsv(api, content), await uploadCsv(api, content)];
  const kept = async () => (await filesOnDisk(parts)).some((name) => name.endsWith(sha256(content)));
  await api.call("DELETE", `${PATH}/${first}`);
  expect(await kept()).toBe(true);
  expect((await api.call("GET", `${PATH}/${second}/content`)).text).toBe(content);
  await api.call("DELETE", `${PATH}/${second}`);
  expect(await kept()).toBe(false);
});

test("equal bytes that are uploaded while they are deleted stay readable", async ({ api }) => {
  const content = "race,\n1,2\n";
  let last = await uploadCsv(api, content);
  for (let round = 0; round < 5; round++) {
    const [next] = await Promise.all([uploadCsv(api, content), api.call("DELETE", `${PATH}/${last}`)]);
    expect((await api.call("GET", `${PATH}/${next}/content`)).text).toBe(content);
    last = next;
  }
});

test("bytes that are gone from the disk are an error answer, not a broken one", async ({ api, parts }) => {
  const id = await uploadCsv(api, "gone,\n1,2\n");
  await parts.files.remove(`default/${sha256("gone,\n1,2\n")}`);
  const answer = await api.call("GET", `${PATH}/${id}/content`);
  expect(answer).toMatchObject({ status: 500, body: { code: "internal", detail: "An internal error occurred." } });
  expect(answer.headers.get("etag")).toBeNull();
});

test("bytes that are gone end one request and not the service, however long the audit trail takes", async ({
  parts,
}) => {
  const opened: Readable[] = [];
  const files: TestParts["files"] = {
    ...parts.files,
    read(...of) {
      const stream = parts.files.read(...of);
      opened.push(stream);
      return stream;
    },
  };
  // A record that takes its time: what has been opened before fails while the entry is written. `once` of
  // node:events would listen for the error itself.
  const sql: TestParts["sql"] = {
    ...parts.sql,
    async query(text, parameters, options) {
      const open = text.includes("insert into audit_log") ? opened.filter(({ closed }) => !closed) : [];
      await Promise.all(open.map((stream) => new Promise((resolve) => stream.on("close", resolve))));
      return parts.sql.query(text, parameters, options);
    },
  };
  await using api = await startTestApi({ ...parts, sql, files });
  const id = await uploadCsv(api, "gone,too\n1,2\n");
  await parts.files.remove(`default/${sha256("gone,too\n1,2\n")}`);
  expect(await api.call("GET", `${PATH}/${id}/content`)).toMatchObject({ status: 500, body: { code: "internal" } });
  expect(opened).toHaveLength(1);
});

test("files are listed newest first, page by page", async ({ parts }) => {
  await using api = await startTestApi(parts);
  const newest = [await uploadCsv(api), await uploadCsv(api), await uploadCsv(api)].reverse();
  const first = await api.call("GET", `${PATH}?limit=2`);
  expect(first.body).toMatchObject({
    data: [{ id: newest[0] }, { id: newest[1] }],
    has_more: true,
    next_cursor: newest[1],
  });
  const second = await api.call("GET", `${PATH}?limit=1&after=${newest[1]}`);
  expect(second.body).toMatchObject({ data: [{ id: newest[2] }] });
});

/** What the service sends back on a raw connection before it closes it. */
async function talk(api: TestApi, text: string): Promise<string> {
  const socket = connect(Number(new URL(api.url).port), "127.0.0.1");
  socket.write(text);
  let answer = "";
  for await (const chunk of socket) answer += chunk;
  return answer;
}

test("bytes stay only together with their record", async ({ parts }) => {
  const before = await filesOnDisk(parts);
  await using broken = await startTestApi({ ...parts, sql: withoutNewFiles(parts.sql) });
  const answer = await broken.call("POST", PATH, { body: formWith("a,b\n1,7\n") });
  expect(answer).toMatchObject({ status: 500, body: { code: "internal" } });
  expect(await filesOnDisk(parts)).toEqual(before);
});

test("bytes that an earlier file has stay when a later record fails", async ({ api, parts }) => {
  const id = await uploadCsv(api, "a,b\n1,8\n");
  await using broken = await startTestApi({ ...parts, sql: withoutNewFiles(parts.sql) });
  expect(await broken.call("POST", PATH, { body: formWith("a,b\n1,8\n") })).toMatchObject({ status: 500 });
  expect((await api.call("GET", `${PATH}/${id}/content`)).text).toBe("a,b\n1,8\n");
});

test("the content of a text file comes without a claim about its encoding", async ({ api }) => {
  const id = await uploadCsv(api);
  expect((await api.call("GET", `${PATH}/${id}/content`)).headers.get("content-type")).toBe("text/csv");
});
