import { forgetDeadWorkers } from "@pharmadb/store";
import { every } from "../every.ts";
import type { ServeQueue } from "./queue-context.ts";

const HOUR_MS = 60 * 60 * 1000;

/** Clears away what nobody needs any more. */
export const serveMaintenance: ServeQueue = async ({ deps, complain }) =>
  every(HOUR_MS, () => forgetDeadWorkers(deps.sql), complain("dead workers were not forgotten"));
