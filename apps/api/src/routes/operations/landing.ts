import { createHash } from "node:crypto";
import { pagePolicy } from "../../http/page-policy.ts";
import { defineRoute } from "../../http/route.ts";
import { LANDING_STYLE, landingBody } from "./landing-page.ts";

const HEAD = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>PharmaDB Research</title>
<link rel="icon" href="data:,">
<style>${LANDING_STYLE}</style>
</head>
`;

const STYLE_HASH = createHash("sha256").update(LANDING_STYLE).digest("base64");
const POLICY = pagePolicy(`style-src 'sha256-${STYLE_HASH}'`, "img-src data:");

export const landing = defineRoute({
  method: "get",
  path: "/",
  operationId: "landing",
  tag: "Operations",
  scope: "public",
  summary: "What this is and how to begin",
  responses: { "200": { description: "A page.", content: { "text/html": { schema: { type: "string" } } } } },
  problems: [],
  handle({ request, response }, { config }) {
    // From the socket, not from the Host header, which is the client's to choose.
    const body = landingBody(`http://localhost:${request.socket.localPort}`, config);
    response.set("Content-Security-Policy", POLICY).type("html").send(`${HEAD}${body}\n</html>\n`);
  },
});
