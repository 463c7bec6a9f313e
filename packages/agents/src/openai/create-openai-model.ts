import OpenAI from "openai";
import type { ModelClient, ModelResponse } from "../model-client.ts";
import { paidUsage } from "../paid-usage.ts";
import { createLimitedFetch } from "./limited-fetch.ts";
import { mostTokens, openTurn, type TakeShare } from "./open-turn.ts";
import { LIST_PRICES, type Price, priceOf } from "./prices.ts";
import { readResponse } from "./read-response.ts";
import { requestBody } from "./request-body.ts";
import { toModelError } from "./to-model-error.ts";

export type OpenAiModelOptions = {
  apiKey: string;
  /** The service's address; null: OpenAI's own. */
  baseURL?: string | null;
  model: string;
  /** Requests on the wire at the same time, over all jobs of this process. */
  maxConnections?: number;
  /** Prices by the beginning of a model's id, before the list prices. */
  prices?: Record<string, Price>;
  /** Tries of one call in all are one more. */
  maxRetries?: number;
  /** For one request, retries apart. */
  timeoutMs?: number;
  /** Told the status of each answer of the service, also of those that are tried again. */
  onResponse?: (status: number) => void;
  /** Lets each request go, retries too, once the service's limits allow it; without it all go at once. */
  takeShare?: TakeShare;
  log?: { warn(message: string): unknown };
};

const OPENAI_URL = "https://api.openai.com/v1";
const TEN_MINUTES_MS = 600_000;

/** A model behind OpenAI's Responses API, or behind a service that speaks it. */
export function createOpenAiModel(options: OpenAiModelOptions): ModelClient {
  const { apiKey, baseURL, model, takeShare, log } = options;
  const price = priceOf(model, { ...LIST_PRICES, ...options.prices });
  if (price === null) log?.warn(`The price of the model ${model} is not known; its calls count as costing nothing.`);
  const fetch = createLimitedFetch(options.maxConnections ?? 50, options.onResponse);
  const client = new OpenAI({
    apiKey,
    adminAPIKey: null,
    baseURL: baseURL ?? OPENAI_URL,
    maxRetries: options.maxRetries ?? 2,
    timeout: options.timeoutMs ?? TEN_MINUTES_MS,
    fetch,
    // The SDK would log whole requests, with patients' data, where OPENAI_LOG is set.
    logLevel: "off",
  });
  return {
    name: model,
    isPriced: price !== null,
    async respond(request, signal) {
      try {
        const body = requestBody(model, request);
        if (!takeShare) return readResponse(await client.responses.create(body, { signal }), price);
        const ask = { tokens: mostTokens(body), priority: request.priority ?? "interactive" };
        const turn = await openTurn({ ...ask, takeShare, fetch }, signal);
        const answer = await client.withOptions({ fetch: turn.fetch }).responses.create(body, { signal });
        return readSettled(() => readResponse(answer, price), turn.settle);
      } catch (error) {
        throw toModelError(error, model, signal);
      }
    },
  };
}

/** What `read` gives or throws, once it is told what the answer came to; one that does not say so may be of any size. */
function readSettled(read: () => ModelResponse, settle: (tokens: number) => void): ModelResponse {
  const told = ({ input_tokens, output_tokens }: ModelResponse["usage"]) => settle(input_tokens + output_tokens);
  try {
    const response = read();
    told(response.usage);
    return response;
  } catch (error) {
    const usage = paidUsage(error);
    if (usage) told(usage);
    throw error;
  }
}
