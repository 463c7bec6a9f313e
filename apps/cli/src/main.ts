#!/usr/bin/env node
import { ConfigError, parseConfig, secretsOf } from "@pharmadb/config";
import { AppError } from "@pharmadb/contracts";
import { createLogger } from "@pharmadb/telemetry";
import { UsageError } from "./command.ts";
import { commandNamed, usageHint, usageText } from "./commands.ts";
import { SHUTDOWN_TIMEOUT_MS } from "./shutdown-timeout.ts";

/** What is still to be written gets out in this time. */
const LEFTOVER_MS = 1_000;

async function main([name = "", ...args]: string[]): Promise<number> {
  if (["help", "--help", "-h"].includes(name)) {
    process.stdout.write(usageText(args[0]));
    return 0;
  }
  if (asksForHelp(args) && commandNamed(name)) {
    process.stdout.write(usageText(name));
    return 0;
  }
  const command = commandNamed(name);
  if (!command) throw new UsageError(name === "" ? "No command was given." : `Unknown command "${name}".`);
  const config = parseConfig(process.env);
  const logger = createLogger({ level: config.logLevel, service: name, secrets: secretsOf(config) });
  await using stack = new AsyncDisposableStack();
  try {
    return await command.run({ args, config, logger, stack });
  } finally {
    setTimeout(() => process.exit(1), SHUTDOWN_TIMEOUT_MS).unref();
  }
}

function asksForHelp(args: string[]): boolean {
  const end = args.indexOf("--");
  return args.slice(0, end === -1 ? undefined : end).some((word) => word === "--help" || word === "-h");
}

/** The exit code for an error that ends the process; what went wrong is said in one line where we know it. */
function explain(error: unknown): number {
  if (error instanceof UsageError) process.stderr.write(`${error.message}\n${usageHint(process.argv.slice(2))}`);
  else if (error instanceof ConfigError || error instanceof AppError) process.stderr.write(`${error.message}\n`);
  else process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  return error instanceof UsageError || error instanceof ConfigError ? 2 : 1;
}

process.exitCode = await main(process.argv.slice(2)).catch(explain);
// All is closed. What a library has left running, such as ioredis the timeout of a connection that waited for a job when
// it was closed (30 s), holds nobody up.
setTimeout(() => process.exit(), LEFTOVER_MS).unref();
