// The floor of submissions on Redis and Postgres. Runs as a child of a benchmark.
import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { Pool } from "pg";
import { CREATE_FLOOR, INSERT_FLOOR, serveFloor } from "../serve-floor.ts";
import { openBareIntake } from "./bare-intake.ts";

const [databaseUrl = "", redisUrl = ""] = process.argv.slice(2);
const pool = new Pool({ connectionString: databaseUrl, max: 20 });
await pool.query(CREATE_FLOOR);
const redis = new Redis(redisUrl, { maxRetriesPerRequest: null });
await serveFloor({
  insert: (id, body) => pool.query(INSERT_FLOOR, [id, body]),
  queue: new Queue("floor", { connection: redis }),
  writeBare: openBareIntake(pool),
  async close() {
    redis.disconnect();
    await pool.end();
  },
});
