export { freePort } from "./free-port.ts";
export { findRedis } from "./spawn-redis.ts";
export { startRedis, type TestRedis, type TestRedisOptions } from "./start-redis.ts";
