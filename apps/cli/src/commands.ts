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

/** The help text: every command with what it does, or the one named. */
export function usageText(name = ""): string {
  const command = commandNamed(name);
  const blocks = (command ? [command] : Object.values(COMMANDS)).map(
    ({ usage, summary }) => `${usage.map((form) => `  pharmadb ${form}\n`).join("")}      ${summary}\n`,
  );
  return `Usage:\n${blocks.join("")}`;
}

/** What to write instead of a command line that was refused: the form that was meant, and where the others are. */
export function usageHint([name = "", action = ""]: string[]): string {
  const usage = commandNamed(name)?.usage ?? ["COMMAND …"];
  const meant = usage.filter((form) => form.startsWith(`${name} ${action} `));
  const forms = usage.length > 1 && meant.length > 0 ? meant : usage;
  return `Usage: ${forms.map((form) => `pharmadb ${form}`).join("\n       ")}\nAll commands: pharmadb help\n`;
}

export function commandNamed(name: string): Command | undefined {
  return Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
}
