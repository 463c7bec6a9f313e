import { afterAll, beforeAll, describe } from "vitest";
import { startRedis } from "../testing/index.ts";
import { startRedisCluster } from "../testing/start-redis-cluster.ts";
import {
  hasPostgres,
  hasRedis,
  memoryDatabase,
  type OpenDatabase,
  redisDatabase,
  serverDatabase,
} from "./open-databases.ts";
import { queueContract } from "./queue-contract.ts";
import { wakeupContract } from "./wakeup-contract.ts";

function contract(open: () => Promise<OpenDatabase>): void {
  let database: OpenDatabase;
  beforeAll(async () => {
    database = await open();
  });
  afterAll(() => database[Symbol.asyncDispose]());
  queueContract(() => database);
  wakeupContract(() => database);
}

describe("on PGlite", () => contract(memoryDatabase));
describe.skipIf(!hasPostgres)("on a PostgreSQL server", () => contract(serverDatabase));
describe.skipIf(!hasRedis)("on a Redis server", () => contract(() => redisDatabase(startRedis)));
describe.skipIf(!hasRedis)("on a Redis Cluster", () => contract(() => redisDatabase(startRedisCluster)));
