import type { AuditAction, JsonObject } from "@pharmadb/contracts";
import type { NewAuditEntry, ResearchRecord } from "@pharmadb/store";
import type { RouteDeps } from "../deps.ts";
import type { Exchange } from "../http/route.ts";

type Deps = Pick<RouteDeps, "audit">;
type Reader = Pick<Exchange<unknown, unknown, unknown, unknown>, "actor" | "request">;

/** Tells that content is about to be read; before it is sent, so that nothing is read untold. */
export async function noteRead(
  { audit }: Deps,
  { actor, request }: Reader,
  action: AuditAction,
  target: NewAuditEntry["target"],
  details: JsonObject = {},
): Promise<void> {
  // HEAD is answered without the content.
  if (request.method !== "HEAD") await audit({ actor, action, target, details });
}

/** Tells that a job is about to be read, where it has a report: while it has none, clients only ask whether it has. */
export async function noteResearchRead(deps: Deps, reader: Reader, { id, report }: ResearchRecord): Promise<void> {
  if (report) await noteRead(deps, reader, "research.read", { type: "research", id });
}

/** Tells which jobs of a page are about to be read with their reports. */
export async function noteListed(deps: Deps, reader: Reader, page: readonly ResearchRecord[]): Promise<void> {
  const ids = page.filter(({ report }) => report).map(({ id }) => id);
  if (ids.length > 0) await noteRead(deps, reader, "research.listed", null, { research_ids: ids });
}
