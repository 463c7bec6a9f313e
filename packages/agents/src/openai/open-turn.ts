import type OpenAI from "openai";
import type { ModelRequest } from "../model-client.ts";

/** What a request may come to, and whether those of others go before it. */
export type Ask = { tokens: number; priority: NonNullable<ModelRequest["priority"]> };

/** Waits until a request may go; rejects with the signal's reason. What it came to is told to what this gives. */
export type TakeShare = (ask: Ask, signal: AbortSignal) => Promise<{ settle(tokens: number): void }>;

type Body = OpenAI.Responses.ResponseCreateParamsNonStreaming;

/** English has four to a token, tables and identifiers fewer. */
const CHARACTERS_PER_TOKEN = 3;

/** What a request may come to, as its service estimates it beforehand: its text and the longest answer. */
export function mostTokens(body: Body): number {
  return Math.ceil(JSON.stringify(body).length / CHARACTERS_PER_TOKEN) + (body.max_output_tokens ?? 0);
}

export type Turn = {
  /** For the requests of this turn. */
  fetch: typeof fetch;
  /** Says how many tokens the request came to that was answered. */
  settle(tokens: number): void;
};

/** Waits for the share of a turn's request; those that repeat it wait for theirs when they are made. */
export async function openTurn(
  { takeShare, fetch, ...ask }: Ask & { takeShare: TakeShare; fetch: typeof globalThis.fetch },
  signal: AbortSignal,
): Promise<Turn> {
  // Here rather than in the request, whose time runs already.
  let next: Awaited<ReturnType<TakeShare>> | null = await takeShare(ask, signal);
  let answered = next;
  return {
    async fetch(input, init) {
      const share = next ?? (await takeShare(ask, init?.signal ?? signal));
      next = null;
      const response = await fetch(input, init);
      // A refusal is a request, but uses no tokens. What broke off may have used them all.
      if (response.ok) answered = share;
      else share.settle(0);
      return response;
    },
    settle: (used) => answered.settle(used),
  };
}
