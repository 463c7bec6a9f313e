import type { Command } from "./command.ts";
import { api } from "./commands/api.ts";
import { ask } from "./commands/ask.ts";
import { audit } from "./commands/audit.ts";
import { batch } from "./commands/batch.ts";
import { keys } from "./commands/keys.ts";
import { migrate } from "./commands/migrate.ts";
import { serve } from "./commands/serve.ts";
import { status } from "./commands/status.ts";
import { tenants } from "./commands/tenants.ts";
import { worker } from "./commands/worker.ts";

export const COMMANDS: Readonly<Record<string, Command>> = {
  serve,
  ask,
  batch,
  status,
  api,
  worker,
  keys,
  tenants,
  audit,
  migrate,
};

/** The help text: every command with what it does. */
export function usageText(): string {
  const lines = Object.values(COMMANDS).map(({ usage, summary }) => `  pharmadb ${usage}\n      ${summary}`);
  return `Usage:\n${lines.join("\n")}\n`;
}
