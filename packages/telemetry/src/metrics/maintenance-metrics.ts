import { Counter, type Registry } from "prom-client";

/** `lost_entry`: an unfinished job was no longer on the to-do list. */
type RepairKind = "lost_entry";

export type MaintenanceMetrics = {
  repaired(kind: RepairKind, jobs: number): void;
};

/** What keeps record and queue in step. */
export function createMaintenanceMetrics(registry: Registry): MaintenanceMetrics {
  const repairs = new Counter({
    name: "pharmadb_reconciler_repairs_total",
    help: "Jobs that the reconciler has put right, by what was wrong.",
    labelNames: ["kind"] as const,
    registers: [registry],
  });
  repairs.inc({ kind: "lost_entry" satisfies RepairKind }, 0);
  return { repaired: (kind, jobs) => repairs.inc({ kind }, jobs) };
}
