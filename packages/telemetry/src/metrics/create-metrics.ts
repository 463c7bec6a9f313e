import { collectDefaultMetrics, Registry } from "prom-client";
import { createHttpMetrics, type HttpMetrics } from "./http-metrics.ts";
import { createJobMetrics, type JobMetrics } from "./job-metrics.ts";
import { createMaintenanceMetrics, type MaintenanceMetrics } from "./maintenance-metrics.ts";
import { createModelMetrics, type ModelMetrics } from "./model-metrics.ts";
import { createQueueMetrics, type QueueMetrics } from "./queue-metrics.ts";
import { createToolMetrics, type ToolMetrics } from "./tool-metrics.ts";

/** What a process measures, by subject. */
export type Metrics = {
  http: HttpMetrics;
  jobs: JobMetrics;
  tools: ToolMetrics;
  model: ModelMetrics;
  queue: QueueMetrics;
  maintenance: MaintenanceMetrics;
  /** All of it in Prometheus' text format, with the content type of that. */
  read(): Promise<{ contentType: string; text: string }>;
};

/**
 * The metrics of one process in a registry of their own, with those of Node: memory, event loop, garbage collection.
 * No label holds what a client, a tenant or a model makes up.
 */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const queue = createQueueMetrics(registry);
  return {
    http: createHttpMetrics(registry),
    jobs: createJobMetrics(registry),
    tools: createToolMetrics(registry),
    model: createModelMetrics(registry),
    queue,
    maintenance: createMaintenanceMetrics(registry),
    async read() {
      await queue.refresh();
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}
