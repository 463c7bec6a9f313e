import {
  AuditEntry,
  AuditSeal,
  Batch,
  BatchBody,
  BatchCounts,
  BatchError,
  BatchRequest,
  BatchResult,
  ColumnProfile,
  DocumentProfile,
  Evidence,
  EvidenceSource,
  FileBatchBody,
  FileObject,
  Finding,
  JsonObject,
  JsonValue,
  Problem,
  Progress,
  Report,
  ReportChanges,
  ReportChart,
  ReportTable,
  Research,
  ResearchError,
  ResearchEvent,
  ResearchRequest,
  Schedule,
  ScheduleRun,
  Searched,
  TableFileProfile,
  TableProfile,
  Usage,
  WebhookAttempt,
  WebhookDelivery,
  WebhookEndpoint,
  WebhookEndpointEvent,
} from "@pharmadb/contracts";
import { z } from "zod";
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from "zod-openapi";
import type { Route } from "../http/route.ts";
import { describeHeaders } from "./json-response.ts";
import { PROBLEM_EXAMPLES } from "./problem-examples.ts";
import { problemResponses, RATE_LIMIT_HEADERS } from "./problem-responses.ts";

const ABOUT = `Questions about medicines, answered from data files and with the evidence for every statement.

Submit a question with \`POST /api/v1/research\`; the answer comes when the work is done. Follow it by polling
(\`ETag\`, \`?wait=\`) or live over \`GET /api/v1/research/{id}/events\`. Errors are \`application/problem+json\`
(RFC 9457). Fields and query parameters that are not known are errors that name them.

Send your API key as \`Authorization: Bearer pdb_…\`. A key belongs to a tenant, sees nothing of others, and may do what
its scopes say: \`read\`, \`write\`, or \`admin\`, which includes both. A service that runs without keys, on its own
machine only, takes every request. Of one address, 60 keys or tokens a minute may fail; then \`429\` answers those that
have not worked before.`;

const ABOUT_WEBHOOKS = `Ends of jobs and batches, told to your URL as it happens: \`{type, timestamp, data}\` with the id,
the status and the links, to fetch the rest by; of a schedule's run also its \`changes\`. They are sent as
[Standard Webhooks](https://www.standardwebhooks.com), so verify them with one of its libraries, the raw body and the \`whsec_\` secret of the endpoint (for the \`webhook.url\` of a
single job or batch: that of \`GET /api/v1/webhooks/secret\`). By hand: split \`webhook-signature\` at its spaces; one of
the parts must be \`v1,\` and the base64 of the HMAC-SHA256 over \`{webhook-id}.{webhook-timestamp}.{body}\`, with the
base64-decoded rest of the secret after \`whsec_\` as the key. Refuse what is older than five minutes by its timestamp.

Answer with any 2xx within 15 seconds; redirects are not followed. Anything else is tried again after 5 s, 5 min, 30 min,
2 h, 5 h, 10 h, 14 h, 20 h and 24 h, a fifth more or less, or later where your \`Retry-After\` says so. A message may come
twice, in any order, always with the same \`webhook-id\` and the same body. \`webhook-delivery: abort-message\` on an answer
that is no 2xx ends the message, 410 disables the endpoint, and so do five days without a success.`;

const API_KEY = {
  type: "http" as const,
  scheme: "bearer",
  bearerFormat: "pdb_… or JWT",
  description:
    "An API key, which whoever runs the service makes: `pharmadb keys create --tenant … --scopes read,write`. Or the access token of a user, where the service belongs to a Supabase project.",
};

/** Named in the document once and referred to from wherever they occur. */
const SCHEMAS = {
  AuditEntry,
  AuditSeal,
  Batch,
  BatchBody,
  BatchCounts,
  BatchError,
  BatchRequest,
  BatchResult,
  ColumnProfile,
  DocumentProfile,
  Evidence,
  EvidenceSource,
  File: FileObject,
  FileBatchBody,
  Finding,
  JsonObject,
  JsonValue,
  Problem,
  Progress,
  Report,
  ReportChart,
  ReportChanges,
  ReportTable,
  Research,
  ResearchError,
  ResearchEvent,
  ResearchRequest,
  Schedule,
  ScheduleRun,
  Searched,
  TableFileProfile,
  TableProfile,
  Usage,
  WebhookAttempt,
  WebhookDelivery,
  WebhookEndpoint,
  WebhookEndpointEvent,
};

const SentRequestId = z.object({
  "X-Request-Id": z
    .string()
    .optional()
    .meta({ description: "An id of your own for this request, sent back and logged." }),
});

/** The OpenAPI 3.1 document of these routes. */
export function createOpenApiDocument(routes: readonly Route[]) {
  const paths: ZodOpenApiPathsObject = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [route.method]: describeRoute(route) };
  }
  return createDocument({
    openapi: "3.1.1",
    info: { title: "PharmaDB Research", version: "0.1.0", description: ABOUT },
    servers: [{ url: "/" }],
    tags: [
      { name: "Research", description: "Questions, their progress and their reports." },
      { name: "Batches", description: "Many questions at once." },
      { name: "Schedules", description: "Questions that are asked again and again, and what has changed." },
      { name: "Webhooks", description: ABOUT_WEBHOOKS },
      { name: "Files", description: "Data and documents to research in." },
      { name: "Audit", description: "Who did what." },
      { name: "Operations", description: "Whether the service works, and what it can do." },
    ],
    paths,
    components: { schemas: SCHEMAS, examples: PROBLEM_EXAMPLES, securitySchemes: { apiKey: API_KEY } },
  });
}

function describeRoute(route: Route): ZodOpenApiOperationObject {
  const requestBody = route.body
    ? {
        required: true,
        content: {
          "application/json": { schema: route.body, ...(route.bodyExamples ? { examples: route.bodyExamples } : {}) },
        },
      }
    : route.requestBody;
  return {
    operationId: route.operationId,
    tags: [route.tag],
    summary: route.summary,
    ...describeUse(route),
    requestParams: {
      path: route.params,
      query: route.query,
      header: route.headers.extend(SentRequestId.shape),
    },
    ...(requestBody ? { requestBody } : {}),
    responses: { ...withHeaders(route), ...problemResponses(route) },
  };
}

/** What it does, and who may do it. */
function describeUse({ description, scope }: Route): Pick<ZodOpenApiOperationObject, "description" | "security"> {
  if (scope === "public") return { ...(description ? { description } : {}), security: [] };
  const wanted = `Wants the scope \`${scope}\`.`;
  return { description: description ? `${description}\n\n${wanted}` : wanted, security: [{ apiKey: [scope] }] };
}

function withHeaders({ responses, scope }: Route): Route["responses"] {
  const headers = describeHeaders({
    "X-Request-Id": "The id under which the log knows this request.",
    ...(scope === "public" ? {} : RATE_LIMIT_HEADERS),
  });
  return Object.fromEntries(
    Object.entries(responses).map(([status, response]) => [
      status,
      "$ref" in response ? response : { ...response, headers: { ...headers, ...response.headers } },
    ]),
  );
}
