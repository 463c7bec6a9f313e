export { findRedis } from "./spawn-redis.ts";
export { startRedis, type TestRedis, type TestRedisOptions } from "./start-redis.ts";
