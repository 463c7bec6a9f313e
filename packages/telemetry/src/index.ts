export { createLogger, type Logger, type LoggerOptions } from "./logger.ts";
export { createMetrics, type Metrics } from "./metrics/create-metrics.ts";
export type { HttpMetrics } from "./metrics/http-metrics.ts";
export type { MeasuredAttempt } from "./metrics/job-metrics.ts";
export type { ModelMetrics } from "./metrics/model-metrics.ts";
export type { ToolMetrics } from "./metrics/tool-metrics.ts";
export { mayScrape } from "./scrape/may-scrape.ts";
