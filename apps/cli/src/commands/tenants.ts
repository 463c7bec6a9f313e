import { listTenantShares, setTenantWeight, type TenantShare } from "@pharmadb/store";
import { chooseAction } from "../choose-action.ts";
import { type Command, type CommandInput, UsageError } from "../command.ts";
import { readTenant } from "../keys/read-key-options.ts";
import { openRecord } from "../open-record.ts";
import { parseCommand, refuseArguments } from "../parse-command.ts";
import { textTable } from "../text-table.ts";

const PURPOSE = "set and list weights";
const HEAD = ["TENANT", "WEIGHT", "QUEUED", "RUNNING", "SECONDS AN ATTEMPT"];
/** Where counting ends. */
const MANY_QUEUED = 1000;

type Action = (input: CommandInput) => Promise<void>;

const set: Action = async ({ args, config, stack }) => {
  const { values, positionals } = parseCommand("tenants set", args, { weight: { type: "string" } });
  const [tenant, ...rest] = positionals;
  if (tenant === undefined) throw new UsageError("tenants set: whose weight? Give the tenant.");
  refuseArguments("tenants set", rest);
  if (values.weight === undefined) throw new UsageError("tenants set: how much? Give --weight 2.");
  const [id, weight] = [readTenant(tenant), readWeight(values.weight)];
  await setTenantWeight(await openRecord(config, stack, PURPOSE), id, weight);
};

/** From a hundredth to a hundred times what a tenant has that nobody gave a weight. */
function readWeight(text: string): number {
  const weight = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && weight >= 0.01 && weight <= 100) return weight;
  throw new UsageError(`--weight: a number from 0.01 to 100, not "${text}".`);
}

const list: Action = async ({ args, config, stack }) => {
  const { values, positionals } = parseCommand("tenants list", args, { json: { type: "boolean" } });
  refuseArguments("tenants list", positionals);
  const shares = await listTenantShares(await openRecord(config, stack, PURPOSE));
  process.stdout.write(`${values.json ? JSON.stringify(shares, null, 2) : describeShares(shares)}\n`);
};

function describeShares(shares: readonly TenantShare[]): string {
  const cells = shares.map(({ id, weight, queued, running, meanCost }) => [
    id,
    String(weight),
    queued < MANY_QUEUED ? String(queued) : `${MANY_QUEUED} or more`,
    String(running),
    meanCost.toFixed(1),
  ]);
  return textTable([HEAD, ...cells]);
}

const ACTIONS: Readonly<Record<string, Action>> = { set, list };

export const tenants: Command = {
  usage: ["tenants set … --weight 2", "tenants list [--json]"],
  summary: "what share of the workers a tenant gets where several want them; 1 unless set",
  async run(input) {
    const { action, args } = chooseAction("tenants", ACTIONS, input.args);
    await action({ ...input, args });
    return 0;
  },
};
