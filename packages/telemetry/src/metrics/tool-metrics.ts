import { Histogram, type Registry } from "prom-client";

const SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60];

/** `ok`; `refused`, which the model may mend; `failed`, which ends the job. */
type ToolOutcome = "ok" | "refused" | "failed";

export type ToolMetrics = {
  /** @param tool Null where the model asked for one that does not exist: its name is the model's invention. */
  called(tool: string | null, outcome: ToolOutcome, seconds: number): void;
};

/** The tools that agents call. */
export function createToolMetrics(registry: Registry): ToolMetrics {
  const duration = new Histogram({
    name: "pharmadb_tool_duration_seconds",
    help: "A call of a tool by an agent.",
    labelNames: ["tool", "outcome"] as const,
    buckets: SECONDS,
    registers: [registry],
  });
  return { called: (tool, outcome, seconds) => duration.observe({ tool: tool ?? "unknown", outcome }, seconds) };
}
