export type { BatchClient, SubmitBatchOptions } from "./batches.ts";
export { type Client, createClient, type SubmitOptions, type SubmitRequest } from "./client.ts";
export type { ClientOptions } from "./http.ts";
export type { CreateSchedule, ScheduleClient, UpdateSchedule } from "./schedules.ts";
export type { DeliveryFilter, WebhookClient } from "./webhooks.ts";
