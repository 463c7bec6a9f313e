import { createEmbeddedAnalyst, createOpenAiModel, type ModelClient } from "@pharmadb/agents";
import type { Config } from "@pharmadb/config";

/** The language model where a key is set, else the embedded analyst, which needs none. */
export function chooseModel(config: Config): ModelClient {
  if (config.openaiApiKey === null) return createEmbeddedAnalyst();
  return createOpenAiModel({
    apiKey: config.openaiApiKey,
    model: config.openaiModel,
    maxConnections: config.openaiMaxConnections,
    ...(config.openaiBaseUrl !== null && { baseURL: config.openaiBaseUrl }),
  });
}
