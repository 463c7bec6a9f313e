import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTcpServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { AppError } from "@pharmadb/contracts";
import { expect, test } from "vitest";
import { createEgress } from "./create-egress.ts";
import { createNameResolver } from "./resolve-name.ts";
import { startNameServer } from "./testing/start-name-server.ts";

type Listening = AsyncDisposable & { port: number; connections: Socket[] };

/** The server on a free port of a loopback address; it and all its connections end when disposed. */
async function listen(server: Server, address = "127.0.0.1", port = 0): Promise<Listening> {
  const connections: Socket[] = [];
  server.on("connection", (socket) => {
    connections.push(socket);
    socket.on("error", () => undefined);
  });
  server.listen(port, address);
  await once(server, "listening");
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("The server has no port.");
  return {
    port: bound.port,
    connections,
    async [Symbol.asyncDispose]() {
      for (const socket of connections) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const serve = (listener: RequestListener, address?: string, port?: number) =>
  listen(createServer(listener), address, port);

const open = (limits = {}) => createEgress({ allowPrivate: true, limits });

test("a request arrives as it was given, and the answer comes back", async () => {
  const seen: object[] = [];
  await using server = await serve(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    seen.push({
      method: request.method,
      url: request.url,
      host: request.headers.host,
      id: request.headers["x-id"],
      body,
    });
    response.writeHead(201, { "x-answer": "yes" }).end("Thanks.");
  });
  const answer = await open().fetch(`http://localhost:${server.port}/hook?a=b`, {
    method: "POST",
    headers: { "x-id": "7" },
    body: "böse",
  });
  expect(seen).toEqual([{ method: "POST", url: "/hook?a=b", host: `localhost:${server.port}`, id: "7", body: "böse" }]);
  expect(answer).toMatchObject({ status: 201, isWhole: true });
  expect(answer.headers.get("x-answer")).toBe("yes");
  expect(answer.body.toString()).toBe("Thanks.");
});

test("a name that rebinds between the check and the request is refused, and its server sees no connection", async () => {
  await using server = await serve((_request, response) => void response.end());
  const answers = [["93.184.216.34"], ["127.0.0.1"]];
  const egress = createEgress({ allowPrivate: false, resolve: async () => answers.shift() ?? [] });
  const url = `http://rebind.example.com:8080/`;
  await egress.check(url);
  await expect(egress.fetch(url)).rejects.toMatchObject({ code: "url_refused" });
  expect(server.connections).toHaveLength(0);
});

test("the address connected to is the one that was checked, whatever the name server says a moment later", async () => {
  await using first = await serve((_request, response) => void response.end("first"), "127.0.0.1");
  await using second = await serve((_request, response) => void response.end("second"), "127.0.0.2", first.port);
  let queries = 0;
  await using names = await startNameServer((_name, family) => (family === 6 ? [] : [[127, 0, 0, ++queries]]));
  const egress = createEgress({ allowPrivate: true, resolve: createNameResolver({ servers: [names.address] }) });
  const url = `http://rebind.example.com:${first.port}/`;
  expect((await egress.fetch(url)).body.toString()).toBe("first");
  expect(names.asked).toEqual(["rebind.example.com", "rebind.example.com"]);
  expect(second.connections).toHaveLength(0);
  expect((await egress.fetch(url)).body.toString()).toBe("second");
});

test("a real name server's answers are judged: private, mixed, mapped, none", async () => {
  const loopback6 = [...Array.from({ length: 15 }, () => 0), 1];
  const mapped = [...Array.from({ length: 10 }, () => 0), 255, 255, 10, 0, 0, 1];
  const records: Record<string, { 4: number[][]; 6: number[][] }> = {
    "public.example.com": { 4: [[93, 184, 216, 34]], 6: [] },
    "private.example.com": { 4: [[10, 0, 0, 1]], 6: [] },
    "mixed.example.com": { 4: [[93, 184, 216, 34]], 6: [loopback6] },
    "mapped.example.com": { 4: [], 6: [mapped] },
    "empty.example.com": { 4: [], 6: [] },
  };
  await using names = await startNameServer((name, family) => records[name]?.[family] ?? null);
  const egress = createEgress({ allowPrivate: false, resolve: createNameResolver({ servers: [names.address] }) });
  const allowed: string[] = [];
  for (const name of [...Object.keys(records), "absent.example.com"]) {
    const outcome = await egress.check(`https://${name}/`).catch((error: unknown) => error);
    if (outcome === undefined) allowed.push(name);
    else expect(outcome).toMatchObject({ code: "url_refused" });
  }
  expect(allowed).toEqual(["public.example.com"]);
});

test("a name server that does not answer is waited for no longer than the whole request may take", async () => {
  await using names = await startNameServer(() => undefined);
  const resolve = createNameResolver({ servers: [names.address] });
  const egress = createEgress({ allowPrivate: true, resolve, limits: { totalMs: 100 } });
  await expect(egress.fetch("http://silent.example.com/")).rejects.toMatchObject({ code: "timeout" });
});

test("a redirect is an answer and is not followed", async () => {
  await using target = await serve((_request, response) => void response.end("secret"));
  await using server = await serve(
    (_request, response) => void response.writeHead(307, { location: `http://127.0.0.1:${target.port}/` }).end(),
  );
  expect(await open().fetch(`http://127.0.0.1:${server.port}/`)).toMatchObject({ status: 307 });
  expect(target.connections).toHaveLength(0);
});

test("of a long body only the first bytes are kept, and the connection is closed", async () => {
  const { promise: closed, resolve: onClosed } = Promise.withResolvers<void>();
  await using server = await serve((_request, response) => {
    const more = () => {
      while (response.write("x".repeat(1000)));
    };
    response.on("drain", more).on("close", onClosed).writeHead(200);
    more();
  });
  const answer = await open({ maxBytes: 1024 }).fetch(`http://127.0.0.1:${server.port}/`);
  expect(answer).toMatchObject({ status: 200, isWhole: false });
  expect(answer.body).toHaveLength(1024);
  await closed;
});

test("a body of just the limit is whole, and one that breaks off is not", async () => {
  await using server = await serve((request, response) => {
    if (request.url === "/whole") return void response.end("x".repeat(1024));
    response.writeHead(200, { "content-length": "2000" }).write("part");
    setImmediate(() => response.destroy());
  });
  const egress = open({ maxBytes: 1024 });
  expect(await egress.fetch(`http://127.0.0.1:${server.port}/whole`)).toMatchObject({ isWhole: true });
  const broken = await egress.fetch(`http://127.0.0.1:${server.port}/broken`);
  expect(broken).toMatchObject({ status: 200, isWhole: false });
});

test("an answer that comes too late, or drips, ends at the limits", async () => {
  await using server = await serve((request, response) => {
    if (request.url === "/silent") return;
    const drip = setInterval(() => response.write("."), 5);
    response.writeHead(200).on("close", () => clearInterval(drip));
  });
  const url = `http://127.0.0.1:${server.port}`;
  await expect(open({ totalMs: 100 }).fetch(`${url}/silent`)).rejects.toMatchObject({
    code: "timeout",
    message: "No answer within 0.1 seconds.",
  });
  await expect(open({ idleMs: 100 }).fetch(`${url}/silent`)).rejects.toMatchObject({ code: "timeout" });
  expect(await open({ totalMs: 200 }).fetch(`${url}/drip`)).toMatchObject({ status: 200, isWhole: false });
});

test("a TLS handshake that never ends is a connection that never opens, and the name is what TLS asks for", async () => {
  await using mute = await listen(createTcpServer());
  await expect(open({ connectMs: 100 }).fetch(`https://localhost:${mute.port}/`)).rejects.toMatchObject({
    code: "timeout",
    message: "The connection could not be opened in time.",
  });
  const asked: string[] = [];
  const tls = createTlsServer({
    SNICallback: (name, done) => {
      asked.push(name);
      done(new Error("No certificate."));
    },
  });
  tls.on("tlsClientError", () => undefined);
  await using server = await listen(tls);
  await using names = await startNameServer((_name, family) => (family === 6 ? [] : [[127, 0, 0, 1]]));
  const egress = createEgress({ allowPrivate: true, resolve: createNameResolver({ servers: [names.address] }) });
  const error = await egress.fetch(`https://hooks.example.com.:${server.port}/`).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "unreachable" });
  expect(asked).toEqual(["hooks.example.com"]);
});

test("failures of the network are told in words, with the cause for the log only", async () => {
  await using closing = await listen(createTcpServer((socket) => void socket.destroy()));
  await using talking = await listen(createTcpServer((socket) => void socket.end("220 mail.example.com ESMTP\r\n")));
  await using switching = await listen(
    createTcpServer(
      (socket) => void socket.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
    ),
  );
  const gone = await listen(createTcpServer());
  await gone[Symbol.asyncDispose]();
  const messageOf = async ({ port }: Listening) => {
    const error = await open({ totalMs: 2000 })
      .fetch(`http://127.0.0.1:${port}/`)
      .catch((thrown: unknown) => thrown);
    if (!(error instanceof AppError)) throw new Error(`Not an error of ours: ${String(error)}`);
    expect(error).toMatchObject({ code: "unreachable" });
    return error.message;
  };
  expect(await messageOf(gone)).toBe("The connection was refused.");
  expect(await messageOf(closing)).toBe("The connection was closed before an answer came.");
  expect(await messageOf(talking)).toBe("The answer is not HTTP.");
  expect(await messageOf(switching)).toBe("The connection was closed before an answer came.");
});

test("a signal ends a request at once, with its reason", async () => {
  await using server = await serve(() => controller.abort(new Error("Enough.")));
  const controller = new AbortController();
  await expect(open().fetch(`http://127.0.0.1:${server.port}/`, {}, controller.signal)).rejects.toThrow("Enough.");
});
