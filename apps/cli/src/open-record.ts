import type { Config } from "@pharmadb/config";
import { AppError } from "@pharmadb/contracts";
import { applyMigrations, type Sql } from "@pharmadb/store";
import { openDatabase } from "./open-parts.ts";

/** The record, for a command that works on it beside the service; brought up to date, since it may be the first to. */
export async function openRecord(config: Config, stack: AsyncDisposableStack, purpose: string): Promise<Sql> {
  const opening = openDatabase(config).catch((error) => explainLock(error, purpose));
  const database = stack.adopt(await opening, (opened) => opened.close());
  await applyMigrations(database.sql);
  return database.sql;
}

function explainLock(error: unknown, purpose: string): never {
  if (!(error instanceof AppError) || error.code !== "conflict") throw error;
  const how = `The embedded record belongs to one process at a time: ${purpose} while the service is stopped, or use a Postgres (DATABASE_URL).`;
  throw new AppError("conflict", `${error.message} ${how}`, { cause: error });
}
