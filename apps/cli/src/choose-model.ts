import { createEmbeddedAnalyst, createOpenAiModel, type ModelClient } from "@pharmadb/agents";
import type { Config } from "@pharmadb/config";
import type { Metrics } from "@pharmadb/telemetry";

/** The language model where a key is set, else the embedded analyst, which needs none. */
export function chooseModel(config: Config, metrics: Metrics): ModelClient {
  if (config.openaiApiKey === null) return createEmbeddedAnalyst();
  return createOpenAiModel({
    onResponse: metrics.model.answered,
    apiKey: config.openaiApiKey,
    model: config.openaiModel,
    maxConnections: config.openaiMaxConnections,
    ...(config.openaiBaseUrl !== null && { baseURL: config.openaiBaseUrl }),
  });
}
