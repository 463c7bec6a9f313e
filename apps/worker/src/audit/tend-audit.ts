import { auditHead, openAuditSealer, type Sql } from "@pharmadb/store";
import type { Logger } from "@pharmadb/telemetry";
import type { Complain } from "../complaints.ts";
import { every } from "../every.ts";
import type { Timing } from "../timing.ts";

/**
 * Seals the audit trail again and again, also a last time when disposed, and puts its end into the log: whoever keeps
 * the log apart from the record can tell with it whether the past has been rewritten.
 */
export function tendAudit({
  sql,
  logger,
  timing,
  complain,
}: {
  sql: Sql;
  logger: Logger;
  timing: Pick<Timing, "auditSealMs" | "auditHeadMs">;
  complain: Complain;
}): AsyncDisposable {
  const sealer = openAuditSealer(sql);
  let told = 0;
  const seal = async () => void (await sealer.seal());
  const tell = async () => {
    const head = await auditHead(sql);
    if (!head || head.seq === told) return;
    told = head.seq;
    logger.info("end of the audit trail", { seq: head.seq, hash: head.hash });
  };
  const stack = new AsyncDisposableStack();
  stack.defer(() => seal().then(tell).catch(complain("sealing the audit trail failed")));
  stack.use(every(timing.auditHeadMs, tell, complain("reading the end of the audit trail failed")));
  stack.use(every(timing.auditSealMs, seal, complain("sealing the audit trail failed")));
  return stack;
}
