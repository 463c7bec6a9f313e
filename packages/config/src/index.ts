export {
  type Config,
  ConfigError,
  isLoopbackHost,
  parseConfig,
  type SupabaseConfig,
  VARIABLE_NAMES,
  WORKER_QUEUES,
  type WorkerQueue,
} from "./config.ts";
export { secretsOf } from "./secrets-of.ts";
