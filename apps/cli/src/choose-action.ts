import { UsageError } from "./command.ts";

/** What a command does by the first word after it, with the words that are left. */
export function chooseAction<A>(
  command: string,
  actions: Readonly<Record<string, A>>,
  [name = "", ...args]: string[],
): { action: A; args: string[] } {
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (action) return { action, args };
  const names = Object.keys(actions);
  const choice = (word: string) => `${names.slice(0, -1).join(", ")} ${word} ${names.at(-1)}.`;
  const fault =
    name === "" ? `what is to be done? ${choice("or")}` : `there is no "${name}"; there are ${choice("and")}`;
  throw new UsageError(`${command}: ${fault}`);
}
