import { fileURLToPath } from "node:url";

type Asset = { path: string } | { text: string; type: string };

const FILES: ReadonlySet<string> = new Set(["swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png"]);

const START = `SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  // Would ask a service on the internet.
  validatorUrl: null,
  tryItOutEnabled: true,
  defaultModelsExpandDepth: 0,
});
`;

/** What the documentation page loads, by name; null for anything else, however it is spelled. */
export function docsAsset(name: string): Asset | null {
  if (name === "start.js") return { text: START, type: "text/javascript" };
  if (!FILES.has(name)) return null;
  return { path: fileURLToPath(import.meta.resolve(`swagger-ui-dist/${name}`)) };
}
