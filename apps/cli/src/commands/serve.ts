import { refuseWithoutKeys } from "@pharmadb/api";
import type { Config } from "@pharmadb/config";
import { startWorker } from "@pharmadb/worker";
import type { Command } from "../command.ts";
import { openApi } from "../open-api.ts";
import { openModel } from "../open-model.ts";
import { openParts } from "../open-parts.ts";
import { refuseArguments } from "../parse-command.ts";
import { untilStopped } from "../until-stopped.ts";

function describeModel(config: Config): string {
  return config.openaiApiKey === null ? "embedded analyst (no language model)" : config.openaiModel;
}

export const serve: Command = {
  usage: ["serve"],
  summary: "the whole service in this process",
  async run({ args, config, logger, stack }) {
    refuseArguments("serve", args);
    refuseWithoutKeys(config);
    const stopped = untilStopped();
    const parts = await openParts(config, logger, stack);
    const model = await openModel(config, parts, stack);
    stack.adopt(await startWorker({ config, deps: { ...parts, model } }), (worker) => worker.close());
    const api = await openApi(config, parts, stack);
    process.stdout.write(
      `PharmaDB Research listens on ${api.url}\n` +
        `  documentation  ${api.url}/docs\n` +
        `  data           ${config.databaseUrl === null ? config.dataDir : "Postgres"}\n` +
        `  model          ${describeModel(config)}\n`,
    );
    logger.info("stopping", { signal: await stopped });
    return 0;
  },
};
