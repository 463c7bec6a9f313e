import type { Config } from "@pharmadb/config";
import type { Logger } from "@pharmadb/telemetry";

/** What a command is given: its own arguments, the configuration, and a stack that closes what it opens. */
export type CommandInput = { args: string[]; config: Config; logger: Logger; stack: AsyncDisposableStack };

export type Command = {
  /** A line of the usage text for each of its forms, beginning with its name. */
  usage: readonly string[];
  summary: string;
  /** Gives the exit code. */
  run(input: CommandInput): Promise<number>;
};

/** The command line is wrong; the message says how. Exit code 2. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}
