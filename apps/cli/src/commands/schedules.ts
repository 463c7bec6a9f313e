import type { Client } from "@pharmadb/client";
import { idPattern, NOTIFY } from "@pharmadb/contracts";
import { chooseAction } from "../choose-action.ts";
import { type Command, type CommandInput, UsageError } from "../command.ts";
import { parseCommand, refuseArguments } from "../parse-command.ts";
import { printJson } from "../print-json.ts";
import { readChoice, readCount, takeId } from "../read-arguments.ts";
import { refuseUnreadable } from "../refuse-unreadable.ts";
import { runningService, SERVICE_OPTIONS, SERVICE_USAGE } from "../running-service.ts";
import { describeRuns, describeSchedules } from "../schedules/describe-schedules.ts";

type Action = (input: CommandInput) => Promise<void>;

const isFileId = (text: string) => idPattern("file").test(text);

const create: Action = async (input) => {
  const { values, positionals } = parseCommand("schedules create", input.args, {
    ...SERVICE_OPTIONS,
    timezone: { type: "string" },
    notify: { type: "string" },
    webhook: { type: "string" },
  });
  const [cron, question, ...files] = positionals;
  if (cron === undefined) throw new UsageError('schedules create: when? Give the times, such as "0 6 * * mon-fri".');
  if (question === undefined) throw new UsageError("schedules create: no question was given.");
  for (const file of files) if (!isFileId(file)) await refuseUnreadable("schedules create", file);
  const { timezone, notify, webhook } = values;
  const told = notify === undefined ? {} : { notify: readChoice("schedules create: --notify", notify, NOTIFY) };
  const client = runningService(input, values);
  const schedule = await client.schedules.create({
    cron,
    research: { question, file_ids: await uploaded(client, files) },
    ...(timezone !== undefined && { timezone }),
    ...(webhook !== undefined && { webhook: { url: webhook } }),
    ...told,
  });
  process.stderr.write(`It runs first at ${schedule.next_run_at}.\n`);
  process.stdout.write(`${schedule.id}\n`);
};

/** The ids of the files: those that are on the service already, and those of paths once they are there. */
async function uploaded(client: Client, files: readonly string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const file of files) ids.push(isFileId(file) ? file : (await client.uploadFile(file)).id);
  return ids;
}

const list: Action = async (input) => {
  const { values, positionals } = parseCommand("schedules list", input.args, {
    ...SERVICE_OPTIONS,
    json: { type: "boolean" },
  });
  refuseArguments("schedules list", positionals);
  const schedules = await Array.fromAsync(runningService(input, values).schedules.list());
  if (values.json) printJson(schedules);
  else process.stdout.write(`${describeSchedules(schedules)}\n`);
};

const runs: Action = async (input) => {
  const { values, positionals } = parseCommand("schedules runs", input.args, {
    ...SERVICE_OPTIONS,
    limit: { type: "string", default: "20" },
    json: { type: "boolean" },
  });
  const id = takeId("schedules runs", positionals, "sch");
  const limit = readCount("schedules runs: --limit", values.limit);
  const some = [];
  for await (const run of runningService(input, values).schedules.runs(id)) if (some.push(run) === limit) break;
  if (values.json) printJson(some);
  else process.stdout.write(`${describeRuns(some)}\n`);
};

/** What is done to one schedule, with what is printed of it. */
function toOne(name: string, work: (schedules: Client["schedules"], id: string) => Promise<unknown>): Action {
  return async (input) => {
    const { values, positionals } = parseCommand(`schedules ${name}`, input.args, SERVICE_OPTIONS);
    const id = takeId(`schedules ${name}`, positionals, "sch");
    printJson(await work(runningService(input, values).schedules, id));
  };
}

const remove: Action = async (input) => {
  const { values, positionals } = parseCommand("schedules delete", input.args, SERVICE_OPTIONS);
  const id = takeId("schedules delete", positionals, "sch");
  await runningService(input, values).schedules.delete(id);
  process.stderr.write(`${id} is gone; the jobs that it has made stay.\n`);
};

const ACTIONS: Readonly<Record<string, Action>> = {
  create,
  list,
  get: toOne("get", (schedules, id) => schedules.get(id)),
  runs,
  run: toOne("run", (schedules, id) => schedules.run(id)),
  pause: toOne("pause", (schedules, id) => schedules.update(id, { paused: true })),
  resume: toOne("resume", (schedules, id) => schedules.update(id, { paused: false })),
  delete: remove,
};

export const schedules: Command = {
  usage: [
    `schedules create "0 6 * * mon-fri" "question" file… [--timezone Europe/Berlin] [--notify on_change] [--webhook https://…] ${SERVICE_USAGE}`,
    `schedules list [--json] ${SERVICE_USAGE}`,
    `schedules get sch_… ${SERVICE_USAGE}`,
    `schedules runs sch_… [--limit 20] [--json] ${SERVICE_USAGE}`,
    `schedules run sch_… ${SERVICE_USAGE}`,
    `schedules pause sch_… ${SERVICE_USAGE}`,
    `schedules resume sch_… ${SERVICE_USAGE}`,
    `schedules delete sch_… ${SERVICE_USAGE}`,
  ],
  summary: "questions that are asked again and again: makes and lists them, runs one now, tells what came of each time",
  async run(input) {
    const { action, args } = chooseAction("schedules", ACTIONS, input.args);
    await action({ ...input, args });
    return 0;
  },
};
