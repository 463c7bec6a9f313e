import { forgetDeadWorkers } from "@pharmadb/store";
import { tendAudit } from "../audit/tend-audit.ts";
import { every } from "../every.ts";
import { tendRetention } from "../retention/tend-retention.ts";
import type { ServeQueue } from "./queue-context.ts";

const HOUR_MS = 60 * 60 * 1000;

/** Clears away what nobody needs any more, and seals the audit trail. */
export const serveMaintenance: ServeQueue = async ({ config, deps, timing, logger, complain }) => {
  const stack = new AsyncDisposableStack();
  stack.use(every(HOUR_MS, () => forgetDeadWorkers(deps.sql), complain("dead workers were not forgotten")));
  stack.use(tendAudit({ sql: deps.sql, logger, timing, complain }));
  const { sql, files, now = () => new Date() } = deps;
  stack.use(tendRetention({ ...config, sql, files, logger, timing, now, complain }));
  return stack;
};
