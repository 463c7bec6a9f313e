export { type Config, ConfigError, isLoopbackHost, parseConfig, VARIABLE_NAMES } from "./config.ts";
