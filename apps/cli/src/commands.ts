import type { Command } from "./command.ts";
import { api } from "./commands/api.ts";
import { ask } from "./commands/ask.ts";
import { audit } from "./commands/audit.ts";
import { batch } from "./commands/batch.ts";
import { keys } from "./commands/keys.ts";
import { migrate } from "./commands/migrate.ts";
import { schedules } from "./commands/schedules.ts";
import { serve } from "./commands/serve.ts";
import { status } from "./commands/status.ts";
import { tenants } from "./commands/tenants.ts";
import { webhooks } from "./commands/webhooks.ts";
import { worker } from "./commands/worker.ts";

const COMMANDS: Readonly<Record<string, Command>> = {
  serve,
  ask,
  batch,
  status,
  schedules,
  webhooks,
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

/** What to write instead of a command line that was refused: that command's usage, and where the others are. */
export function usageHint(name: string): string {
  const command = commandNamed(name);
  const usage = command ? command.usage : "COMMAND …";
  return `Usage: pharmadb ${usage}\nAll commands: pharmadb help\n`;
}

export function commandNamed(name: string): Command | undefined {
  return Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
}
