import { AppError } from "@pharmadb/contracts";
import type { Response } from "express";
import { z } from "zod";
import { pagePolicy } from "../../http/page-policy.ts";
import { defineRoute } from "../../http/route.ts";
import { docsAsset } from "./docs-assets.ts";

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>PharmaDB Research API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
</head>
<body>
<div id="docs"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

// Swagger UI sets styles on its elements and draws its icons from data: URLs; it loads nothing from elsewhere.
const POLICY = pagePolicy(
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
);

const html = (description: string) => ({
  description,
  content: { "text/html": { schema: { type: "string" as const } } },
});

export const docsPage = defineRoute({
  method: "get",
  path: "/docs",
  operationId: "docs",
  tag: "Operations",
  scope: "public",
  summary: "This document as a page, with requests to try",
  responses: { "200": html("The page.") },
  problems: [],
  handle({ response }) {
    response.set("Content-Security-Policy", POLICY).type("html").send(PAGE);
  },
});

export const docsAssets = defineRoute({
  method: "get",
  path: "/docs/:asset",
  operationId: "docsAsset",
  tag: "Operations",
  scope: "public",
  summary: "A part of the page, served from here and not from elsewhere",
  params: z.object({ asset: z.string() }),
  responses: { "200": { description: "The part.", content: { "*/*": { schema: { type: "string" } } } } },
  problems: ["not_found"],
  async handle({ params: { asset }, response }) {
    const found = docsAsset(asset);
    if (!found) throw new AppError("not_found", "There is nothing at this address.");
    if ("text" in found) response.type(found.type).send(found.text);
    else await sendFile(response, found.path);
  },
});

function sendFile(response: Response, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    response.sendFile(path, { etag: true, cacheControl: false }, (error) => (error ? reject(error) : resolve()));
  });
}
