import { AppError, JsonObject } from "@pharmadb/contracts";
import { z } from "zod";
import type { ModelResponse } from "../model-client.ts";
import { costOf, type Price } from "./prices.ts";

const FunctionCall = z.looseObject({ call_id: z.string().min(1), name: z.string().min(1), arguments: z.string() });
const Message = z.looseObject({
  content: z.array(z.looseObject({ type: z.string(), text: z.string().optional(), refusal: z.string().nullish() })),
});

/** What we rely on in an answer; the rest is handed back unread. */
const Answer = z.object({
  status: z.enum(["completed", "failed", "in_progress", "cancelled", "queued", "incomplete"]).default("completed"),
  error: z.object({ code: z.string(), message: z.string() }).nullish(),
  incomplete_details: z.object({ reason: z.string().nullish() }).nullish(),
  output: z.array(JsonObject),
  usage: z
    .object({
      input_tokens: z.number().int().min(0),
      input_tokens_details: z.object({ cached_tokens: z.number().int().min(0).default(0) }).nullish(),
      output_tokens: z.number().int().min(0),
    })
    .nullish(),
});
type Answer = z.infer<typeof Answer>;

const MAX_REFUSAL_CHARACTERS = 300;

/** A body of the Responses API as a model's response, or the AppError it stands for. */
export function readResponse(body: unknown, price: Price | null): ModelResponse {
  const parsed = Answer.safeParse(body);
  if (!parsed.success) throw malformed("The model service answered with something that is no response.");
  const answer = parsed.data;
  const usage = usageOf(answer, price);
  checkStatus(answer, usage);
  const items = answer.output;
  const refusal = items.flatMap(contentOf).find((part) => part.type === "refusal");
  if (refusal) {
    const text = (refusal.refusal ?? "").slice(0, MAX_REFUSAL_CHARACTERS);
    throw new AppError("model_refused", `The model refused: ${text}`, { details: usage });
  }
  const toolCalls = items
    .filter(({ type }) => type === "function_call")
    .map((item) => {
      const call = FunctionCall.safeParse(item);
      if (!call.success) throw malformed("The model asked for a tool in a way that cannot be read.", usage);
      return { callId: call.data.call_id, name: call.data.name, argumentsJson: call.data.arguments };
    });
  const text = items
    .flatMap(contentOf)
    .map((part) => (part.type === "output_text" ? (part.text ?? "") : ""))
    .join("");
  if (text === "" && toolCalls.length === 0) throw malformed("The model's answer was empty.", usage);
  return { text: toolCalls.length > 0 ? "" : text, toolCalls, raw: items, usage };
}

function contentOf(item: JsonObject): z.infer<typeof Message>["content"] {
  if (item.type !== "message") return [];
  return Message.safeParse(item).data?.content ?? [];
}

function checkStatus({ status, error, incomplete_details }: Answer, usage: ModelResponse["usage"]): void {
  if (status === "completed") return;
  if (status === "incomplete") {
    const reason = incomplete_details?.reason ?? "unknown reason";
    if (reason === "content_filter") {
      throw new AppError("model_refused", "The model service's content filter stopped the answer.", { details: usage });
    }
    throw malformed(`The answer was cut off (${reason}). Answer more briefly.`, usage);
  }
  if (status === "failed" && error?.code === "invalid_prompt") {
    throw new AppError("model_refused", "The model service refused the prompt.", { details: usage });
  }
  throw new AppError("model_unavailable", `The model service did not finish the answer (${error?.code ?? status}).`, {
    details: usage,
  });
}

function usageOf({ usage }: Answer, price: Price | null): ModelResponse["usage"] {
  const input = usage?.input_tokens ?? 0;
  const output = usage?.output_tokens ?? 0;
  const cached = Math.min(input, usage?.input_tokens_details?.cached_tokens ?? 0);
  const cost_usd = price === null ? 0 : costOf(price, { input, cached, output });
  return { input_tokens: input, output_tokens: output, cost_usd };
}

// The usage goes with the error: an answer that is of no use has been paid for all the same.
function malformed(message: string, usage?: ModelResponse["usage"]): AppError {
  return new AppError("model_malformed", message, usage ? { details: usage } : {});
}
