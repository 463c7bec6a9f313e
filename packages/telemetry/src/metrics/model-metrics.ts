import type { ErrorCode, Usage } from "@pharmadb/contracts";
import { Counter, Gauge, Histogram, type Registry } from "prom-client";

const SECONDS = [0.01, 0.1, 0.5, 1, 2.5, 5, 10, 20, 40, 60, 120, 300, 600];
const ROLES = new Set(["planner", "researcher", "writer", "output"]);

type CallUsage = Pick<Usage, "input_tokens" | "output_tokens" | "cost_usd">;

type ModelCall = {
  /** The model that the configuration names. */
  model: string;
  role: string;
  seconds: number;
  outcome: "ok" | ErrorCode;
  /** Null where it is not known, as of a call that was not answered. */
  usage: CallUsage | null;
};

export type ModelMetrics = {
  begin(): Disposable;
  /** A request that waits for its share of the service's minute, until it is disposed of. */
  waits(): Disposable;
  called(call: ModelCall): void;
  /** An answer of the model's service, also one that the client of the service then tries again by itself. */
  answered(status: number): void;
};

/** Calls of the language model, or of the embedded analyst that stands in for one. */
export function createModelMetrics(registry: Registry): ModelMetrics {
  const registers = [registry];
  const running = new Gauge({
    name: "pharmadb_model_calls_running",
    help: "Model calls that wait for an answer.",
    registers,
  });
  const waiting = new Gauge({
    name: "pharmadb_model_calls_waiting",
    help: "Requests that wait until MODEL_REQUESTS_PER_MINUTE and MODEL_TOKENS_PER_MINUTE allow them.",
    registers,
  });
  const waits = new Histogram({
    name: "pharmadb_model_share_wait_seconds",
    help: "How long requests waited for that, those that did not have to included.",
    buckets: SECONDS,
    registers,
  });
  const calls = new Counter({
    name: "pharmadb_model_calls_total",
    help: "Model calls, retries of the client within one apart. The outcome is ok or the code of the error.",
    labelNames: ["model", "role", "outcome"] as const,
    registers,
  });
  const duration = new Histogram({
    name: "pharmadb_model_call_duration_seconds",
    help: "A model call with its waits and retries.",
    labelNames: ["model", "role"] as const,
    buckets: SECONDS,
    registers,
  });
  const tokens = new Counter({
    name: "pharmadb_model_tokens_total",
    help: "Tokens that the model's service has counted.",
    labelNames: ["model", "direction"] as const,
    registers,
  });
  const cost = new Counter({
    name: "pharmadb_model_cost_usd_total",
    help: "What calls have cost by the list prices; a model without a known price counts 0.",
    labelNames: ["model"] as const,
    registers,
  });
  const answers = new Counter({
    name: "pharmadb_model_http_responses_total",
    help: "Answers of the model's service by status, retries included. 429: it was asked too much.",
    labelNames: ["status"] as const,
    registers,
  });
  for (const status of ["200", "429"]) answers.inc({ status }, 0);
  return {
    begin() {
      running.inc();
      return { [Symbol.dispose]: () => running.dec() };
    },
    waits() {
      const startedAt = performance.now();
      waiting.inc();
      return {
        [Symbol.dispose]() {
          waiting.dec();
          waits.observe((performance.now() - startedAt) / 1000);
        },
      };
    },
    called({ model, role: given, seconds, outcome, usage }) {
      const role = ROLES.has(given) ? given : "other";
      calls.inc({ model, role, outcome });
      duration.observe({ model, role }, seconds);
      if (!usage) return;
      tokens.inc({ model, direction: "input" }, usage.input_tokens);
      tokens.inc({ model, direction: "output" }, usage.output_tokens);
      cost.inc({ model }, usage.cost_usd);
    },
    answered: (status) => answers.inc({ status: String(status) }),
  };
}
