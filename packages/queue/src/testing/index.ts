export { findRedis, startRedis, type TestRedis, type TestRedisOptions } from "./start-redis.ts";
