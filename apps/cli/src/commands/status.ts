import { createClient } from "@pharmadb/client";
import { type Command, UsageError } from "../command.ts";
import { parseCommand } from "../parse-command.ts";

export const status: Command = {
  usage: "status res_… [--url http://…] [--key …]",
  summary: "where a research job stands, as JSON",
  async run({ args, config }) {
    const { values, positionals } = parseCommand("status", args, { url: { type: "string" }, key: { type: "string" } });
    const [id] = positionals;
    if (id === undefined) throw new UsageError("status: no research id was given.");
    const baseUrl = values.url ?? `http://${config.host}:${config.port}`;
    const apiKey = values.key ?? config.apiKey;
    const client = createClient({ baseUrl, ...(apiKey !== null && { apiKey }) });
    process.stdout.write(`${JSON.stringify(await client.getResearch(id), null, 2)}\n`);
    return 0;
  },
};
