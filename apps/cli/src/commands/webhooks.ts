import { WEBHOOK_DELIVERY_STATUSES, WEBHOOK_EVENTS, type WebhookEvent } from "@pharmadb/contracts";
import { chooseAction } from "../choose-action.ts";
import { type Command, type CommandInput, UsageError } from "../command.ts";
import { parseCommand, refuseArguments } from "../parse-command.ts";
import { printJson } from "../print-json.ts";
import { readChoice, readCount, takeId } from "../read-arguments.ts";
import { runningService, SERVICE_OPTIONS, SERVICE_USAGE } from "../running-service.ts";
import { describeDeliveries, describeEndpoints } from "../webhooks/describe-webhooks.ts";

type Action = (input: CommandInput) => Promise<void>;

const create: Action = async (input) => {
  const { values, positionals } = parseCommand("webhooks create", input.args, {
    ...SERVICE_OPTIONS,
    events: { type: "string" },
    description: { type: "string" },
  });
  const [url, ...rest] = positionals;
  if (url === undefined) throw new UsageError("webhooks create: where to? Give the URL that is to be told.");
  refuseArguments("webhooks create", rest);
  const { id, secret } = await runningService(input, values).webhooks.create({ url, ...fieldsOf("create", values) });
  printSecret(id, secret);
};

const list: Action = async (input) => {
  const { values, positionals } = parseCommand("webhooks list", input.args, {
    ...SERVICE_OPTIONS,
    json: { type: "boolean" },
  });
  refuseArguments("webhooks list", positionals);
  const endpoints = await Array.fromAsync(runningService(input, values).webhooks.list());
  if (values.json) printJson(endpoints);
  else process.stdout.write(`${describeEndpoints(endpoints)}\n`);
};

const get: Action = async (input) => {
  const { values, positionals } = parseCommand("webhooks get", input.args, SERVICE_OPTIONS);
  printJson(await runningService(input, values).webhooks.get(takeId("webhooks get", positionals, "whe")));
};

const update: Action = async (input) => {
  const { values, positionals } = parseCommand("webhooks update", input.args, {
    ...SERVICE_OPTIONS,
    to: { type: "string" },
    events: { type: "string" },
    description: { type: "string" },
    enable: { type: "boolean" },
    disable: { type: "boolean" },
  });
  const id = takeId("webhooks update", positionals, "whe");
  const { to, enable, disable } = values;
  if (enable && disable) throw new UsageError("webhooks update: --enable or --disable, not both.");
  const changes = {
    ...fieldsOf("update", values),
    ...(to !== undefined && { url: to }),
    ...((enable || disable) && { enabled: enable === true }),
  };
  if (Object.keys(changes).length === 0) throw new UsageError("webhooks update: nothing to change was given.");
  printJson(await runningService(input, values).webhooks.update(id, changes));
};

const remove: Action = async (input) => {
  const { values, positionals } = parseCommand("webhooks delete", input.args, SERVICE_OPTIONS);
  const id = takeId("webhooks delete", positionals, "whe");
  await runningService(input, values).webhooks.delete(id);
  process.stderr.write(`${id} is gone, and what was sent to it.\n`);
};

const rotate: Action = async (input) => {
  const { values, positionals } = parseCommand("webhooks rotate-secret", input.args, SERVICE_OPTIONS);
  const id = takeId("webhooks rotate-secret", positionals, "whe");
  printSecret(id, (await runningService(input, values).webhooks.rotateSecret(id)).secret);
};

const tryOut: Action = async (input) => {
  const { values, positionals } = parseCommand("webhooks test", input.args, SERVICE_OPTIONS);
  const id = takeId("webhooks test", positionals, "whe");
  const delivery = await runningService(input, values).webhooks.test(id);
  process.stdout.write(`${delivery.id}\n`);
};

const deliveries: Action = async (input) => {
  const { values, positionals } = parseCommand("webhooks deliveries", input.args, {
    ...SERVICE_OPTIONS,
    status: { type: "string" },
    limit: { type: "string", default: "20" },
    json: { type: "boolean" },
  });
  const [endpointId, ...rest] = positionals;
  refuseArguments("webhooks deliveries", rest);
  const filter = {
    ...(endpointId !== undefined && { endpointId: takeId("webhooks deliveries", [endpointId], "whe") }),
    ...(values.status !== undefined && {
      status: readChoice("webhooks deliveries: --status", values.status, WEBHOOK_DELIVERY_STATUSES),
    }),
  };
  const limit = readCount("webhooks deliveries: --limit", values.limit);
  const found = runningService(input, values).webhooks.deliveries(filter);
  const some = [];
  for await (const delivery of found) if (some.push(delivery) === limit) break;
  if (values.json) printJson(some);
  else process.stdout.write(`${describeDeliveries(some)}\n`);
};

const redeliver: Action = async (input) => {
  const { values, positionals } = parseCommand("webhooks redeliver", input.args, SERVICE_OPTIONS);
  const { id } = await runningService(input, values).webhooks.redeliver(
    takeId("webhooks redeliver", positionals, "whd"),
  );
  process.stderr.write(`${id} is sent again.\n`);
};

/** What both a new endpoint and a change of one may say. */
function fieldsOf(
  action: string,
  { events, description }: { events?: string | undefined; description?: string | undefined },
) {
  const readEvent = (name: string): WebhookEvent =>
    readChoice(`webhooks ${action}: --events`, name.trim(), WEBHOOK_EVENTS);
  return {
    ...(events !== undefined && { events: events.split(",").map(readEvent) }),
    ...(description !== undefined && { description }),
  };
}

/** The secret alone on standard output, so that SECRET=$(pharmadb webhooks create …) is the secret. */
function printSecret(id: string, secret: string): void {
  process.stderr.write(`${id}. Keep its secret: it is shown now and never again.\n`);
  process.stdout.write(`${secret}\n`);
}

const ACTIONS: Readonly<Record<string, Action>> = {
  create,
  list,
  get,
  update,
  delete: remove,
  "rotate-secret": rotate,
  test: tryOut,
  deliveries,
  redeliver,
};

export const webhooks: Command = {
  usage: [
    `webhooks create https://… [--events research.completed,…] [--description …] ${SERVICE_USAGE}`,
    `webhooks list [--json] ${SERVICE_USAGE}`,
    `webhooks get whe_… ${SERVICE_USAGE}`,
    `webhooks update whe_… [--to https://…] [--events …] [--description …] [--enable|--disable] ${SERVICE_USAGE}`,
    `webhooks delete whe_… ${SERVICE_USAGE}`,
    `webhooks rotate-secret whe_… ${SERVICE_USAGE}`,
    `webhooks test whe_… ${SERVICE_USAGE}`,
    `webhooks deliveries [whe_…] [--status failed] [--limit 20] [--json] ${SERVICE_USAGE}`,
    `webhooks redeliver whd_… ${SERVICE_USAGE}`,
  ],
  summary: "who is told when jobs end: endpoints, their secrets, and what was sent to them",
  async run(input) {
    const { action, args } = chooseAction("webhooks", ACTIONS, input.args);
    await action({ ...input, args });
    return 0;
  },
};
