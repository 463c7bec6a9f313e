import { createEmbeddedAnalyst, createOpenAiModel, type ModelClient } from "@pharmadb/agents";
import type { Config } from "@pharmadb/config";
import { openModelShare, openRedis, type TakeShare } from "@pharmadb/queue";
import { nameVariable } from "./name-variable.ts";
import type { Parts } from "./open-parts.ts";

/** The language model where a key is set, else the embedded analyst, which needs none. */
export async function openModel(config: Config, parts: Parts, stack: AsyncDisposableStack): Promise<ModelClient> {
  if (config.openaiApiKey === null) return createEmbeddedAnalyst();
  const takeShare = await openShare(config, parts, stack);
  return createOpenAiModel({
    onResponse: parts.metrics.model.answered,
    apiKey: config.openaiApiKey,
    model: config.openaiModel,
    maxConnections: config.openaiMaxConnections,
    ...(config.openaiBaseUrl !== null && { baseURL: config.openaiBaseUrl }),
    ...(takeShare && { takeShare }),
  });
}

/** The share of the service's minute, counted with all other workers where there is a Redis; null: no limit is set. */
async function openShare(
  {
    modelRequestsPerMinute: requestsPerMinute,
    modelTokensPerMinute: tokensPerMinute,
    openaiModel: model,
    redis,
  }: Config,
  { logger: log, metrics }: Parts,
  stack: AsyncDisposableStack,
): Promise<TakeShare | null> {
  if (requestsPerMinute === null && tokensPerMinute === null) return null;
  // The queues have refused a Redis that must be there and is not.
  const opening = redis && openRedis(redis, { role: "producer", absent: "wait", log });
  const client = opening && stack.adopt(await nameVariable("REDIS_URL", opening), (opened) => opened.disconnect());
  const takeShare = openModelShare({ requestsPerMinute, tokensPerMinute, model, redis: client });
  return async (ask, signal) => {
    using _waiting = metrics.model.waits();
    return await takeShare(ask, signal);
  };
}
