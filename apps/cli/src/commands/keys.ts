import { AppError, idPattern } from "@pharmadb/contracts";
import { createApiKey, listApiKeys, revokeApiKey, withAudit } from "@pharmadb/store";
import { operator } from "../audit/operator.ts";
import { chooseAction } from "../choose-action.ts";
import { type Command, type CommandInput, UsageError } from "../command.ts";
import { describeKeys } from "../keys/describe-keys.ts";
import { readExpiry, readRate, readScopes, readTenant } from "../keys/read-key-options.ts";
import { openRecord } from "../open-record.ts";
import { parseCommand, refuseArguments } from "../parse-command.ts";

type Action = (input: CommandInput) => Promise<void>;

const PURPOSE = "make and revoke keys";

const create: Action = async ({ args, config, stack }) => {
  const { values, positionals } = parseCommand("keys create", args, {
    tenant: { type: "string" },
    scopes: { type: "string" },
    rate: { type: "string" },
    name: { type: "string" },
    expires: { type: "string" },
  });
  refuseArguments("keys create", positionals);
  if (values.tenant === undefined) throw new UsageError("keys create: whose key? Give --tenant.");
  if (values.scopes === undefined) throw new UsageError("keys create: what may it do? Give --scopes read,write.");
  const wanted = {
    tenantId: readTenant(values.tenant),
    scopes: readScopes(values.scopes),
    name: values.name ?? "",
    ratePerMinute: values.rate === undefined ? null : readRate(values.rate),
    expiresAt: values.expires === undefined ? null : readExpiry(values.expires, Date.now()),
  };
  const { key, record } = await withAudit(
    await openRecord(config, stack, PURPOSE),
    (sql) => createApiKey(sql, wanted),
    ({ record: { id, scopes } }) => ({
      actor: operator(wanted.tenantId),
      action: "key.created",
      target: { type: "key", id },
      details: { scopes },
    }),
  );
  process.stderr.write(`${record.id} of ${record.tenant_id}. Keep the key: it is shown now and never again.\n`);
  // Alone, so that KEY=$(pharmadb keys create …) is the key.
  process.stdout.write(`${key}\n`);
};

const list: Action = async ({ args, config, stack }) => {
  const { values, positionals } = parseCommand("keys list", args, {
    tenant: { type: "string" },
    json: { type: "boolean" },
  });
  refuseArguments("keys list", positionals);
  const tenantId = values.tenant === undefined ? null : readTenant(values.tenant);
  const keys = await listApiKeys(await openRecord(config, stack, PURPOSE), { tenantId });
  process.stdout.write(`${values.json ? JSON.stringify(keys, null, 2) : describeKeys(keys, Date.now())}\n`);
};

const revoke: Action = async ({ args, config, stack }) => {
  const [id, ...rest] = parseCommand("keys revoke", args, {}).positionals;
  if (id === undefined) throw new UsageError("keys revoke: which key? Give its id, key_….");
  refuseArguments("keys revoke", rest);
  if (!idPattern("key").test(id))
    throw new UsageError(`keys revoke: "${id}" is no id of a key; those begin with key_.`);
  const record = await withAudit(
    await openRecord(config, stack, PURPOSE),
    (sql) => revokeApiKey(sql, id),
    (revoked) => revoked && { actor: operator(revoked.tenant_id), action: "key.revoked", target: { type: "key", id } },
  );
  if (!record) throw new AppError("not_found", `There is no key ${id}.`);
  process.stderr.write(`${id} of ${record.tenant_id} is revoked; a running service takes it for 5 more seconds.\n`);
};

const ACTIONS: Readonly<Record<string, Action>> = { create, list, revoke };

export const keys: Command = {
  usage: [
    "keys create --tenant … --scopes read,write,admin [--rate 60] [--name …] [--expires 90d]",
    "keys list [--tenant …] [--json]",
    "keys revoke key_…",
  ],
  summary: "API keys: makes one and shows it once, lists them, revokes one",
  async run(input) {
    const { action, args } = chooseAction("keys", ACTIONS, input.args);
    await action({ ...input, args });
    return 0;
  },
};
