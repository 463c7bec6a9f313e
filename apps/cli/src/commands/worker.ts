import { startWorker } from "@pharmadb/worker";
import { chooseModel } from "../choose-model.ts";
import { type Command, UsageError } from "../command.ts";
import { openParts } from "../open-parts.ts";
import { refuseArguments } from "../parse-command.ts";
import { untilStopped } from "../until-stopped.ts";

export const worker: Command = {
  usage: "worker",
  summary: "a worker alone (needs DATABASE_URL)",
  async run({ args, config, logger, stack }) {
    refuseArguments("worker", args);
    if (config.databaseUrl === null)
      throw new UsageError("DATABASE_URL: a worker alone needs a shared record; set it.");
    const stopped = untilStopped();
    const parts = await openParts(config, logger, stack, { redisAbsent: "wait" });
    stack.adopt(await startWorker({ config, deps: { ...parts, model: chooseModel(config) } }), (running) =>
      running.close(),
    );
    const serves = config.workerQueues.join(", ");
    process.stdout.write(`PharmaDB Research worker serves ${serves}, up to ${config.workerConcurrency} jobs at once\n`);
    logger.info("stopping", { signal: await stopped });
    return 0;
  },
};
