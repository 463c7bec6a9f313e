import { idPattern } from "@pharmadb/contracts";
import { UsageError } from "./command.ts";
import { refuseArguments } from "./parse-command.ts";

const THINGS = { res: "a research job", whe: "an endpoint", whd: "a delivery", sch: "a schedule" } as const;

/** The one id that a command line names. */
export function takeId(command: string, [id, ...rest]: string[], prefix: keyof typeof THINGS): string {
  if (id === undefined) throw new UsageError(`${command}: which? Give the id of ${THINGS[prefix]}, ${prefix}_….`);
  refuseArguments(command, rest);
  if (idPattern(prefix).test(id)) return id;
  throw new UsageError(`${command}: "${id}" is no id of ${THINGS[prefix]}; those begin with ${prefix}_.`);
}

/** One of several words. */
export function readChoice<const C extends string>(what: string, text: string, choices: readonly C[]): C {
  const found = choices.find((choice) => choice === text);
  if (found !== undefined) return found;
  throw new UsageError(`${what}: there is no "${text}"; there are ${choices.join(", ")}.`);
}

/** How many. */
export function readCount(what: string, text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new UsageError(`${what}: how many, a whole number from 1 to 999999, not "${text}".`);
}
