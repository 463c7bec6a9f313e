import type { Command } from "../command.ts";
import { parseCommand } from "../parse-command.ts";
import { printJson } from "../print-json.ts";
import { takeId } from "../read-arguments.ts";
import { runningService, SERVICE_OPTIONS, SERVICE_USAGE } from "../running-service.ts";

export const status: Command = {
  usage: [`status res_… ${SERVICE_USAGE}`],
  summary: "where a research job stands, as JSON",
  async run(input) {
    const { values, positionals } = parseCommand("status", input.args, SERVICE_OPTIONS);
    const id = takeId("status", positionals, "res");
    printJson(await runningService(input, values).getResearch(id));
    return 0;
  },
};
