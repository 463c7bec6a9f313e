import { refuseWithoutKeys } from "@pharmadb/api";
import { type Command, UsageError } from "../command.ts";
import { openApi } from "../open-api.ts";
import { openParts } from "../open-parts.ts";
import { refuseArguments } from "../parse-command.ts";
import { untilStopped } from "../until-stopped.ts";

export const api: Command = {
  usage: ["api"],
  summary: "the HTTP API alone (needs DATABASE_URL)",
  async run({ args, config, logger, stack }) {
    refuseArguments("api", args);
    if (config.databaseUrl === null) throw new UsageError("DATABASE_URL: the API alone needs a shared record; set it.");
    refuseWithoutKeys(config);
    const stopped = untilStopped();
    const parts = await openParts(config, logger, stack);
    const started = await openApi(config, parts, stack);
    process.stdout.write(`PharmaDB Research API listens on ${started.url}\n`);
    logger.info("stopping", { signal: await stopped });
    return 0;
  },
};
