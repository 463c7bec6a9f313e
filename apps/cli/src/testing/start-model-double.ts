import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";

/** What a call asks for: the role's output, and whether a tool has answered already. */
export type CallKind = "plan" | "findings" | "findings after tool" | "report";

export type ModelDouble = AsyncDisposable & {
  url: string;
  /** The calls that have come, in order. */
  calls: CallKind[];
  /** Leaves the next call of this kind without an answer; settles once it has come. */
  holdNext(kind: CallKind): Promise<void>;
};

type Body = { input: { type: string }[]; text: { format: { name: "plan" | "findings" | "report" } } };

const FINDING = { statement: "There are 3 events [E1].", evidence: [1], confidence: "high" };

function message(value: unknown) {
  return { type: "message", role: "assistant", content: [{ type: "output_text", text: JSON.stringify(value) }] };
}

const ANSWERS: Record<CallKind, unknown> = {
  plan: message({ understanding: "Count.", steps: [{ title: "Count", question: "How many events?" }] }),
  findings: {
    type: "function_call",
    call_id: "call_1",
    name: "tables_query",
    arguments: JSON.stringify({ sql: "select count(*) as events from ae", purpose: "Count" }),
  },
  "findings after tool": message({ findings: [FINDING], tables: [], not_understood: [] }),
  report: message({
    title: "Events",
    answer: "There are 3 events [E1].",
    findings: [FINDING],
    tables: [],
    limitations: [],
  }),
};

async function kindOf(request: IncomingMessage): Promise<CallKind> {
  const { input, text } = (await json(request)) as Body;
  const { name } = text.format;
  return name === "findings" && input.some(({ type }) => type === "function_call_output") ? `${name} after tool` : name;
}

/** A service that speaks the Responses API as far as one small research job goes. */
export async function startModelDouble(): Promise<ModelDouble> {
  const calls: CallKind[] = [];
  const held = new Map<CallKind, () => void>();
  const server = createServer((request, response) => {
    void kindOf(request).then((kind) => {
      calls.push(kind);
      const arrived = held.get(kind);
      if (arrived) {
        held.delete(kind);
        arrived();
        return;
      }
      response.setHeader("content-type", "application/json");
      const usage = { input_tokens: 10, output_tokens: 5 };
      response.end(
        JSON.stringify({ id: "resp_1", object: "response", status: "completed", output: [ANSWERS[kind]], usage }),
      );
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    calls,
    holdNext: (kind) => new Promise((resolve) => held.set(kind, resolve)),
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
