export { createApp } from "./app.ts";
export type { ApiConfig, ApiDeps, Timing } from "./deps.ts";
export { type StartedApi, startApi } from "./start-api.ts";
