import { type Command, UsageError } from "../command.ts";
import { parseCommand } from "../parse-command.ts";
import { printJson } from "../print-json.ts";
import { runningService, SERVICE_OPTIONS } from "../running-service.ts";

export const status: Command = {
  usage: "status res_… [--url http://…] [--key …]",
  summary: "where a research job stands, as JSON",
  async run(input) {
    const { values, positionals } = parseCommand("status", input.args, SERVICE_OPTIONS);
    const [id] = positionals;
    if (id === undefined) throw new UsageError("status: no research id was given.");
    printJson(await runningService(input, values).getResearch(id));
    return 0;
  },
};
