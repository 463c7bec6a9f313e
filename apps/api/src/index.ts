export { createApp } from "./app.ts";
export type { ApiConfig, ApiDeps, Timing } from "./deps.ts";
export { createSupabaseUserAuthenticator } from "./identity/supabase/authenticate-user.ts";
export { refuseWithoutKeys } from "./refuse-without-keys.ts";
export { type StartedApi, startApi } from "./start-api.ts";
