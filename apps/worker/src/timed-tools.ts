import type { ToolMetrics } from "@pharmadb/telemetry";
import type { ToolRegistry } from "@pharmadb/tools";

/** The tools with the time of each call measured. */
export function timedTools(tools: ToolRegistry, metrics: ToolMetrics): ToolRegistry {
  const names = new Set(tools.descriptions().map(({ name }) => name));
  return {
    descriptions: tools.descriptions,
    async call(name, argumentsJson, signal) {
      const startedAt = performance.now();
      const measured = (outcome: "ok" | "refused" | "failed") =>
        metrics.called(names.has(name) ? name : null, outcome, (performance.now() - startedAt) / 1000);
      try {
        const result = await tools.call(name, argumentsJson, signal);
        measured(result.ok ? "ok" : "refused");
        return result;
      } catch (error) {
        measured("failed");
        throw error;
      }
    },
  };
}
