import { type ModelClient, paidUsage } from "@pharmadb/agents";
import { toAppError } from "@pharmadb/contracts";
import type { ModelMetrics } from "@pharmadb/telemetry";

/** The model with its calls, their time and their tokens counted. */
export function meteredModel(model: ModelClient, metrics: ModelMetrics): ModelClient {
  return {
    ...model,
    async respond(request, signal) {
      using _running = metrics.begin();
      const startedAt = performance.now();
      const call = () => ({
        model: model.name,
        role: request.role,
        seconds: (performance.now() - startedAt) / 1000,
      });
      try {
        const response = await model.respond(request, signal);
        metrics.called({ ...call(), outcome: "ok", usage: response.usage });
        return response;
      } catch (error) {
        metrics.called({ ...call(), outcome: toAppError(error).code, usage: paidUsage(error) });
        throw error;
      }
    },
  };
}
