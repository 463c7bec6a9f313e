import { afterAll, beforeAll, describe } from "vitest";
import type { Database } from "../database.ts";
import { applyMigrations } from "../migrations/apply-migrations.ts";
import { openPglite } from "../pglite/open-pglite.ts";
import { openPostgres } from "../postgres/open-postgres.ts";
import { findPostgres, startPostgres } from "../testing/index.ts";
import { apiKeyContract } from "./api-key-contract.ts";
import { auditContract } from "./audit-contract.ts";
import { batchCountsContract } from "./batch-counts-contract.ts";
import { batchIntakeContract } from "./batch-intake-contract.ts";
import { databaseContract } from "./database-contract.ts";
import { deliveryRetentionContract } from "./delivery-retention-contract.ts";
import { deliveryServerContract } from "./delivery-server-contract.ts";
import { dispatchChaosContract } from "./dispatch-chaos-contract.ts";
import { dispatchContract } from "./dispatch-contract.ts";
import { dispatchServerContract } from "./dispatch-server-contract.ts";
import { fencingContract } from "./fencing-contract.ts";
import { fileContract } from "./file-contract.ts";
import { intakeContract } from "./intake-contract.ts";
import { journalContract } from "./journal-contract.ts";
import { journalWriterContract } from "./journal-writer-contract.ts";
import { lifeContract } from "./life-contract.ts";
import { listContract } from "./list-contract.ts";
import { migrationContract } from "./migration-contract.ts";
import { pglitePoolContract } from "./pglite-pool-contract.ts";
import { postgresServerContract } from "./postgres-server-contract.ts";
import { retentionContract } from "./retention-contract.ts";
import { rowSecurityContract } from "./row-security-contract.ts";
import { scheduleChangesContract } from "./schedule-changes-contract.ts";
import { scheduleContract } from "./schedule-contract.ts";
import { submissionContract } from "./submission-contract.ts";
import { webhookContract } from "./webhook-contract.ts";

const hasPostgres = (await findPostgres()) !== null;

describe("on PGlite", () => {
  const database = contract(async (stack) => {
    const opened = await openPglite({ dataDir: null });
    stack.defer(() => opened.close());
    return opened;
  });
  describe("the pool", () => pglitePoolContract(database));
});

describe.skipIf(!hasPostgres)(`on PostgreSQL${hasPostgres ? "" : " (no server programs here)"}`, () => {
  let connectionString = "";
  const database = contract(async (stack) => {
    ({ connectionString } = stack.use(await startPostgres()));
    const opened = await openPostgres({ connectionString, maxConnections: 12 });
    stack.defer(() => opened.close());
    return opened;
  });
  describe("the server", () => postgresServerContract(database, () => connectionString));
  describe("dispatching on a server", () => dispatchServerContract(database));
  describe("deliveries on a server", () => deliveryServerContract(database));
});

/** Everything that holds on both databases. One database serves all tests, for making one takes seconds. */
function contract(open: (stack: AsyncDisposableStack) => Promise<Database>): () => Database {
  const stack = new AsyncDisposableStack();
  let opened: Database | undefined;
  const database = () => {
    if (!opened) throw new Error("The database is not open.");
    return opened;
  };
  beforeAll(async () => {
    opened = await open(stack);
    await applyMigrations(opened.sql);
  });
  afterAll(() => stack.disposeAsync());

  describe("migrations", () => migrationContract(database));
  describe("the database", () => databaseContract(database));
  describe("submitting", () => submissionContract(database));
  describe("submitting at once", () => intakeContract(database));
  describe("the life of a job", () => lifeContract(database));
  describe("the journal", () => journalContract(database));
  describe("writing steps at once", () => journalWriterContract(database));
  describe("dispatching", () => dispatchContract(database));
  describe("dispatching amid chaos", () => dispatchChaosContract(database));
  describe("fencing", () => fencingContract(database));
  describe("lists", () => listContract(database));
  describe("files", () => fileContract(database));
  describe("batches coming in", () => batchIntakeContract(database));
  describe("batches at work", () => batchCountsContract(database));
  describe("the audit trail", () => auditContract(database));
  describe("retention", () => retentionContract(database));
  describe("retention of deliveries", () => deliveryRetentionContract(database));
  describe("API keys", () => apiKeyContract(database));
  describe("webhooks", () => webhookContract(database));
  describe("row level security", () => rowSecurityContract(database));
  describe("schedules", () => scheduleContract(database));
  describe("changes between runs of a schedule", () => scheduleChangesContract(database));
  return database;
}
