import { type ParseArgsConfig, parseArgs } from "node:util";
import { UsageError } from "./command.ts";

/** A command's own options and positionals; anything else on its line is a UsageError. */
export function parseCommand<const O extends NonNullable<ParseArgsConfig["options"]>>(
  command: string,
  args: string[],
  options: O,
) {
  try {
    return parseArgs({ args, options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(`${command}: ${error instanceof Error ? withoutAdvice(error.message) : error}`);
  }
}

/** Of an option that is not known Node says at length how it could be an argument. */
function withoutAdvice(message: string): string {
  return message.replace(/ To specify a positional argument.*$/s, "");
}

/** For commands that take nothing. */
export function refuseArguments(command: string, args: string[]): void {
  const { positionals } = parseCommand(command, args, {});
  if (positionals.length > 0) throw new UsageError(`${command}: takes no arguments, but got "${positionals[0]}".`);
}
