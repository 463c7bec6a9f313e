import type { Config } from "@pharmadb/config";
import { AppError } from "@pharmadb/contracts";
import { applyMigrations, type Sql } from "@pharmadb/store";
import { openDatabase } from "../open-parts.ts";

/** The record, for work on its keys; brought up to date, since this may be the first that is done with it. */
export async function openKeyRecord(config: Config, stack: AsyncDisposableStack): Promise<Sql> {
  const database = stack.adopt(await openDatabase(config).catch(explainLock), (opened) => opened.close());
  await applyMigrations(database.sql);
  return database.sql;
}

function explainLock(error: unknown): never {
  if (!(error instanceof AppError) || error.code !== "conflict") throw error;
  const how =
    "The embedded record belongs to one process at a time: make and revoke keys while the service is stopped, or use a Postgres (DATABASE_URL).";
  throw new AppError("conflict", `${error.message} ${how}`, { cause: error });
}
