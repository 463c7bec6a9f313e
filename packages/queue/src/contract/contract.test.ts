import { afterAll, beforeAll, describe } from "vitest";
import { startRedis } from "../testing/index.ts";
import { startRedisCluster } from "../testing/start-redis-cluster.ts";
import { maintenanceQueueContract } from "./maintenance-queue-contract.ts";
import {
  hasPooler,
  hasPostgres,
  hasRedis,
  memoryDatabase,
  type OpenDatabase,
  redisDatabase,
  serverDatabase,
} from "./open-databases.ts";
import { queueContract } from "./queue-contract.ts";
import { wakeupContract } from "./wakeup-contract.ts";
import { webhookQueueContract } from "./webhook-queue-contract.ts";

function contract(open: () => Promise<OpenDatabase>): void {
  let database: OpenDatabase;
  beforeAll(async () => {
    database = await open();
  });
  afterAll(() => database[Symbol.asyncDispose]());
  queueContract(() => database);
  webhookQueueContract(() => database);
  maintenanceQueueContract(() => database);
  wakeupContract(() => database);
}

const without = (program: string, isThere: boolean) => (isThere ? "" : ` (no ${program} here)`);
const noPostgres = without("PostgreSQL", hasPostgres);
const noPooler = without("pgbouncer", hasPooler);
const noRedis = without("redis-server", hasRedis);

describe("on PGlite", () => contract(memoryDatabase));
describe.skipIf(noPostgres)(`on a PostgreSQL server${noPostgres}`, () => contract(serverDatabase));
describe.skipIf(noPooler)(`on PostgreSQL behind a pooler${noPooler}`, () =>
  contract(() => serverDatabase({ pooled: true })),
);
describe.skipIf(noRedis)(`on a Redis server${noRedis}`, () => contract(() => redisDatabase(startRedis)));
describe.skipIf(noRedis)(`on a Redis Cluster${noRedis}`, () => contract(() => redisDatabase(startRedisCluster)));
