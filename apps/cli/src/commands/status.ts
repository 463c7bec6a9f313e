import { parseArgs } from "node:util";
import { createClient } from "@pharmadb/client";
import { type Command, UsageError } from "../command.ts";

export const status: Command = {
  usage: "status res_… [--url http://…] [--key …]",
  summary: "where a research job stands, as JSON",
  async run({ args, config }) {
    const { values, positionals } = parseArgs({
      args,
      options: { url: { type: "string", default: `http://${config.host}:${config.port}` }, key: { type: "string" } },
      allowPositionals: true,
    });
    const [id] = positionals;
    if (id === undefined) throw new UsageError("status: no research id was given.");
    const client = createClient({ baseUrl: values.url, ...(values.key !== undefined && { apiKey: values.key }) });
    process.stdout.write(`${JSON.stringify(await client.getResearch(id), null, 2)}\n`);
    return 0;
  },
};
