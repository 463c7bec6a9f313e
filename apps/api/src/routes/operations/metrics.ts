import { AppError } from "@pharmadb/contracts";
import { mayScrape } from "@pharmadb/telemetry";
import { defineRoute } from "../../http/route.ts";

export const metrics = defineRoute({
  method: "get",
  path: "/metrics",
  operationId: "metrics",
  tag: "Operations",
  // No key of a tenant opens it: it has a token of its own.
  scope: "public",
  traffic: "unlimited",
  summary: "What this process measures, for Prometheus",
  description:
    "Requests, queues and, where it runs jobs, jobs, tools and model calls. With `METRICS_TOKEN` set, for whoever sends it as a bearer token; otherwise for this machine, and not through a proxy.",
  responses: {
    "200": { description: "Prometheus text format 0.0.4.", content: { "text/plain": { schema: { type: "string" } } } },
  },
  problems: ["unauthorized", "forbidden"],
  async handle({ request, response }, { metrics: measured, config }) {
    if (!mayScrape(request, config.metricsToken)) throw refusal(config.metricsToken);
    const { contentType, text } = await measured.read();
    response.set({ "Content-Type": contentType, "Cache-Control": "no-store" }).send(text);
  },
});

function refusal(token: string | null): AppError {
  if (token === null) return new AppError("forbidden", "Metrics are for this machine only.");
  return new AppError("unauthorized", "Metrics need the token of METRICS_TOKEN.");
}
