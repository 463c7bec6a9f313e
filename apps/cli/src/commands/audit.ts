import { AUDIT_ACTIONS } from "@pharmadb/contracts";
import { type AuditFault, listAudit, verifyAudit } from "@pharmadb/store";
import { describeEntry } from "../audit/describe-entry.ts";
import { readKeptHead, readLimit, readTime } from "../audit/read-audit-options.ts";
import { chooseAction } from "../choose-action.ts";
import type { Command, CommandInput } from "../command.ts";
import { readTenant } from "../keys/read-key-options.ts";
import { openRecord } from "../open-record.ts";
import { parseCommand, refuseArguments } from "../parse-command.ts";
import { readChoice } from "../read-arguments.ts";

type Action = (input: CommandInput) => Promise<number>;

/** A trail that was rewritten has a fault at each of its places; these tell enough. */
const MAX_FAULTS_TOLD = 100;

const verify: Action = async ({ args, config, stack }) => {
  const { values, positionals } = parseCommand("audit verify", args, {
    expect: { type: "string", multiple: true },
    json: { type: "boolean" },
  });
  refuseArguments("audit verify", positionals);
  const expected = (values.expect ?? []).map(readKeptHead);
  const sql = await openRecord(config, stack, "verify the trail");
  const told: AuditFault[] = [];
  let faults = 0;
  const { checked, head } = await verifyAudit(sql, {
    expected,
    onFault(fault) {
      faults++;
      if (told.length < MAX_FAULTS_TOLD) told.push(fault);
    },
  });
  if (values.json) process.stdout.write(`${JSON.stringify({ checked, faults, told, head }, null, 2)}\n`);
  else {
    for (const { kind, audit_id, message } of told) {
      process.stdout.write(`${kind}: ${message}${audit_id === null ? "" : ` (${audit_id})`}\n`);
    }
    if (faults > told.length) process.stdout.write(`and ${faults - told.length} more\n`);
    process.stdout.write(
      `${checked} places checked, ${faults === 0 ? "no faults" : `${faults} ${faults === 1 ? "fault" : "faults"}`}.\n`,
    );
    if (head) process.stdout.write(`end ${head.seq}:${head.hash}\n`);
  }
  return faults === 0 ? 0 : 1;
};

const list: Action = async ({ args, config, stack }) => {
  const { values, positionals } = parseCommand("audit list", args, {
    tenant: { type: "string" },
    action: { type: "string" },
    target: { type: "string" },
    actor: { type: "string" },
    since: { type: "string" },
    until: { type: "string" },
    limit: { type: "string", default: "100" },
    json: { type: "boolean" },
  });
  refuseArguments("audit list", positionals);
  const filter = {
    tenantId: values.tenant === undefined ? null : readTenant(values.tenant),
    action: values.action === undefined ? undefined : readChoice("audit: --action", values.action, AUDIT_ACTIONS),
    targetId: values.target,
    actorId: values.actor,
    since: values.since === undefined ? undefined : readTime("since", values.since),
    until: values.until === undefined ? undefined : readTime("until", values.until),
    limit: readLimit(values.limit),
  };
  const { data } = await listAudit(await openRecord(config, stack, "list the trail"), filter);
  const lines = data.map((entry) => (values.json ? JSON.stringify(entry) : describeEntry(entry)));
  process.stdout.write(lines.map((line) => `${line}\n`).join(""));
  return 0;
};

const ACTIONS: Readonly<Record<string, Action>> = { verify, list };

export const audit: Command = {
  usage: [
    "audit verify [--expect SEQ:HASH]… [--json]",
    "audit list [--tenant …] [--action …] [--target …] [--actor …] [--since …] [--until …] [--limit 100] [--json]",
  ],
  summary: "the audit trail: finds what was changed or is missing, and lists who did what",
  async run(input) {
    const { action, args } = chooseAction("audit", ACTIONS, input.args);
    return await action({ ...input, args });
  },
};
