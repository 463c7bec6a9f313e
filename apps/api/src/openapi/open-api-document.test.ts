import {
  AuditEntry,
  Batch,
  BatchBody,
  BatchRequest,
  Evidence,
  FileBatchBody,
  FileObject,
  Problem,
  Research,
  ResearchEvent,
  ResearchRequest,
} from "@pharmadb/contracts";
import { createMetrics } from "@pharmadb/telemetry";
import { Validator } from "@seriousme/openapi-schema-validator";
import type { Express } from "express";
import { expect, test } from "vitest";
import { createApp } from "../app.ts";
import type { ApiDeps } from "../deps.ts";
import { ROUTES } from "../routes.ts";
import { createOpenApiDocument } from "./create-open-api-document.ts";
import {
  AUDIT_EXAMPLE,
  BATCH_BODY_EXAMPLE,
  BATCH_EXAMPLE,
  BATCH_LINES_EXAMPLE,
  EVENT_EXAMPLE,
  EVIDENCE_EXAMPLE,
  FILE_BATCH_EXAMPLE,
  FILE_EXAMPLE,
  REQUEST_EXAMPLE,
  RESEARCH_EXAMPLE,
} from "./examples.ts";
import { PROBLEM_EXAMPLES } from "./problem-examples.ts";

type Layer = { route?: { path: string; methods: Record<string, boolean> } };

/** The routes that Express would dispatch to, as `get /path`, without those that answer all methods with 405. */
function mountedRoutes(app: Express): string[] {
  const layers = app.router.stack as unknown as Layer[];
  return layers
    .flatMap(({ route }) => (route ? [route] : []))
    .filter(({ methods }) => Object.keys(methods).length === 1)
    .map(({ path, methods }) => `${Object.keys(methods)[0]} ${path.replace(/:(\w+)/g, "{$1}")}`);
}

test("the document is valid OpenAPI 3.1", async () => {
  const document = JSON.parse(JSON.stringify(createOpenApiDocument(ROUTES)));
  expect(document.openapi).toMatch(/^3\.1\./);
  expect(await new Validator().validate(document)).toMatchObject({ valid: true });
});

test("the document has every route that is mounted, and no other", () => {
  // Creating the app uses nothing of what it is given.
  const config = { dataDir: "unused", maxConcurrentRequests: 1 };
  const unused = { config, metrics: createMetrics(), sql: { atOnce: 1 } } as ApiDeps;
  const mounted = mountedRoutes(createApp(unused));
  const { paths = {} } = createOpenApiDocument(ROUTES);
  const described = Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method} ${path}`),
  );
  expect(described.sort()).toEqual(mounted.sort());
  expect(mounted).toHaveLength(ROUTES.length);
});

test("every operation has its own name, a success and problem answers that carry the request id", () => {
  const { paths = {} } = createOpenApiDocument(ROUTES);
  const operations = Object.values(paths).flatMap((item) =>
    [item.get, item.post, item.delete].filter((one) => one !== undefined),
  );
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  for (const { operationId, responses = {} } of operations) {
    const statuses = Object.keys(responses);
    expect(
      statuses.some((status) => status.startsWith("2")),
      operationId,
    ).toBe(true);
    expect(statuses, operationId).toEqual(expect.arrayContaining(["400", "403", "500", "503"]));
    for (const response of Object.values(responses))
      expect(response.headers, operationId).toHaveProperty("X-Request-Id");
  }
});

test("an operation says which scope it wants, and the answers for who has no key", () => {
  const { paths = {} } = createOpenApiDocument(ROUTES);
  for (const { method, path, scope, operationId } of ROUTES) {
    const operation = paths[path.replace(/:(\w+)/g, "{$1}")]?.[method];
    expect(operation?.security, operationId).toEqual(scope === "public" ? [] : [{ apiKey: [scope] }]);
    if (scope !== "public") expect(operation?.responses, operationId).toHaveProperty("401");
  }
  const open = ROUTES.filter(({ scope }) => scope === "public").map(({ path }) => path);
  expect(open).toEqual(["/healthz", "/readyz", "/metrics", "/openapi.json", "/docs", "/docs/:asset", "/"]);
});

test("every reference leads to a schema or an example that is there", () => {
  const text = JSON.stringify(createOpenApiDocument(ROUTES));
  const { components } = JSON.parse(text) as { components: Record<string, Record<string, unknown>> };
  for (const kind of ["schemas", "examples"]) {
    const found = text.matchAll(new RegExp(`"\\$ref":"#/components/${kind}/([^"/]+)`, "g"));
    const names = [...found].map(([, name]) => name ?? "");
    expect(names.length).toBeGreaterThan(50);
    for (const name of names) expect(components[kind]).toHaveProperty(name);
  }
});

test("the examples are what they are examples of", () => {
  expect(ResearchRequest.parse(REQUEST_EXAMPLE)).toMatchObject(REQUEST_EXAMPLE);
  expect(Research.parse(RESEARCH_EXAMPLE)).toEqual(RESEARCH_EXAMPLE);
  expect(ResearchEvent.parse(EVENT_EXAMPLE)).toEqual(EVENT_EXAMPLE);
  expect(Evidence.parse(EVIDENCE_EXAMPLE)).toEqual(EVIDENCE_EXAMPLE);
  expect(AuditEntry.parse(AUDIT_EXAMPLE)).toEqual(AUDIT_EXAMPLE);
  expect(FileObject.parse(FILE_EXAMPLE)).toEqual(FILE_EXAMPLE);
  expect(Batch.parse(BATCH_EXAMPLE)).toEqual(BATCH_EXAMPLE);
  expect(BatchBody.parse(BATCH_BODY_EXAMPLE)).toMatchObject(BATCH_BODY_EXAMPLE);
  expect(FileBatchBody.parse(FILE_BATCH_EXAMPLE)).toEqual(FILE_BATCH_EXAMPLE);
  for (const { value } of Object.values(PROBLEM_EXAMPLES)) expect(Problem.parse(value)).toEqual(value);
  for (const line of BATCH_LINES_EXAMPLE.trimEnd().split("\n"))
    expect(BatchRequest.parse(JSON.parse(line))).toBeTruthy();
});
