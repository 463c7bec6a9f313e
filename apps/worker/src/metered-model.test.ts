import type { ModelClient, ModelRequest } from "@pharmadb/agents";
import { AppError } from "@pharmadb/contracts";
import { createMetrics } from "@pharmadb/telemetry";
import { expect, test } from "vitest";
import { meteredModel } from "./metered-model.ts";

const REQUEST: ModelRequest = {
  role: "writer",
  instructions: "",
  prompt: "",
  task: {},
  transcript: [],
  tools: [],
  output: { name: "answer", schema: {} },
  maxOutputTokens: 1,
};

test("what an answer of no use has cost counts; a call without an answer has no cost", async () => {
  const details = { input_tokens: 10, output_tokens: 5, cost_usd: 0.5 };
  const errors = [
    new AppError("model_refused", "No.", { details }),
    new AppError("model_malformed", "Cut off.", { details }),
    new AppError("model_unavailable", "Gone.", { details: { status: 503 } }),
  ];
  const metrics = createMetrics();
  const model: ModelClient = { name: "m", respond: () => Promise.reject(errors.shift()) };
  const metered = meteredModel(model, metrics.model);
  for (const code of ["model_refused", "model_malformed", "model_unavailable"]) {
    await expect(metered.respond(REQUEST, new AbortController().signal)).rejects.toMatchObject({ code });
  }
  const { text } = await metrics.read();
  for (const line of [
    'pharmadb_model_tokens_total{model="m",direction="input"} 20',
    'pharmadb_model_tokens_total{model="m",direction="output"} 10',
    'pharmadb_model_cost_usd_total{model="m"} 1',
    'pharmadb_model_calls_total{model="m",role="writer",outcome="model_unavailable"} 1',
  ]) {
    expect(text.split("\n")).toContain(line);
  }
});
