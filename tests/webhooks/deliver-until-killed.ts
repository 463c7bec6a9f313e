// A process for the crash test: serves the webhooks of the record in a folder until it is killed.
import { openSender } from "./open-sender.ts";

const [dataDir = ""] = process.argv.slice(2);
const sender = await openSender({ dataDir });
await sender.serve({ timing: { webhookLeaseMs: 2_000 }, totalMs: 60_000 });
process.stdout.write("serving\n");
