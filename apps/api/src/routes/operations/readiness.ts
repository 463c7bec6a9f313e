import { z } from "zod";
import { defineRoute } from "../../http/route.ts";
import { jsonResponse } from "../../openapi/json-response.ts";
import { DEPENDENCIES } from "./probes.ts";

const State = z.enum(["ok", "out"]);
const Readiness = z.object({
  status: State,
  checks: z.object(
    Object.fromEntries(DEPENDENCIES.map((name) => [name, State])) as Record<
      (typeof DEPENDENCIES)[number],
      typeof State
    >,
  ),
});

export const readiness = defineRoute({
  method: "get",
  path: "/readyz",
  operationId: "readiness",
  tag: "Operations",
  scope: "public",
  traffic: "unlimited",
  summary: "Whether everything that the service needs is there",
  responses: {
    "200": jsonResponse("All of it.", Readiness),
    "503": jsonResponse("Something is out.", Readiness, {
      headers: { "Retry-After": "Seconds after which to ask again." },
    }),
  },
  problems: [],
  async handle({ response }, deps) {
    const checks = await deps.readiness();
    const ready = Object.values(checks).every((state) => state === "ok") && !deps.stopping.aborted;
    if (!ready) response.set("Retry-After", "5");
    response
      .status(ready ? 200 : 503)
      .set("Cache-Control", "no-store")
      .json({ status: ready ? "ok" : "out", checks });
  },
});
