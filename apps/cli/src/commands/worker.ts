import { ConfigError } from "@pharmadb/config";
import { serveOperations, startWorker } from "@pharmadb/worker";
import { type Command, UsageError } from "../command.ts";
import { hostOrPort, nameVariable } from "../name-variable.ts";
import { openModel } from "../open-model.ts";
import { openParts } from "../open-parts.ts";
import { refuseArguments } from "../parse-command.ts";
import { untilStopped } from "../until-stopped.ts";

export const worker: Command = {
  usage: ["worker"],
  summary: "a worker alone (needs DATABASE_URL)",
  async run({ args, config, logger, stack }) {
    refuseArguments("worker", args);
    if (config.databaseUrl === null)
      throw new UsageError("DATABASE_URL: a worker alone needs a shared record; set it.");
    // Not of other commands: the API may share the file in which workers find it, and their ports are given one by one.
    if (config.metricsHost !== null && config.metricsPort === null)
      throw new ConfigError(["METRICS_HOST: has no effect on a worker without METRICS_PORT; set both or neither."]);
    const stopped = untilStopped();
    const parts = await openParts(config, logger, stack, { redisAbsent: "wait" });
    const { metricsPort } = config;
    if (metricsPort !== null) {
      // Closed after the worker, so that it can be watched while it ends.
      const served = stack.use(
        await nameVariable(
          hostOrPort("METRICS_HOST", "METRICS_PORT"),
          serveOperations({ ...config, metricsPort }, parts),
        ),
      );
      process.stdout.write(`PharmaDB Research worker answers ${served.url}/metrics\n`);
    }
    const model = await openModel(config, parts, stack);
    stack.adopt(await startWorker({ config, deps: { ...parts, model } }), (running) => running.close());
    const serves = config.workerQueues.join(", ");
    process.stdout.write(`PharmaDB Research worker serves ${serves}, up to ${config.workerConcurrency} jobs at once\n`);
    logger.info("stopping", { signal: await stopped });
    return 0;
  },
};
