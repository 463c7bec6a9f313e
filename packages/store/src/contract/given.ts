import { type FileObject, type NewEvidence, newId, type Report, ResearchRequest } from "@pharmadb/contracts";
import { createFile } from "../files/create-file.ts";
import { type Claim, claimResearch } from "../research/claim-research.ts";
import { createResearch, type NewResearch } from "../research/create-research.ts";
import type { ResearchRecord } from "../research/research-record.ts";
import type { Sql } from "../sql.ts";

/** A tenant that no other test has. */
export function newTenant(): string {
  return newId("key").replace("key", "tenant");
}

/** A submission that the fields given change. */
export function newResearch(
  tenantId: string,
  { request, ...fields }: Partial<Omit<NewResearch, "request">> & { request?: object } = {},
): NewResearch {
  return {
    tenantId,
    id: newId("res"),
    request: ResearchRequest.parse({ question: "Which adverse events are serious?", ...request }),
    timeoutSeconds: null,
    expiresAt: null,
    idempotency: null,
    ...fields,
  };
}

/** Claims an unfinished job as a worker does, after it has been released by whoever had it and dispatched again. */
export async function claimAnew(sql: Sql, id: string): Promise<Claim> {
  const [row] = await sql.query<{ dispatch: number }>(
    `update research set status = 'queued', dispatch = dispatch + 1, dispatched_at = clock_timestamp()
     where id = $1 and status in ('queued', 'running') returning dispatch`,
    [id],
  );
  return claimResearch(sql, { id, dispatch: row?.dispatch ?? 0, workerId: "worker" });
}

/** A job of the tenant that its first attempt has begun. */
export async function runningResearch(sql: Sql, tenantId: string): Promise<ResearchRecord> {
  const { research } = await createResearch(sql, newResearch(tenantId));
  const claim = await claimAnew(sql, research.id);
  if (claim.outcome !== "claimed") throw new Error(`The job could not be claimed: ${claim.outcome}.`);
  return claim.research;
}

/** A file of the tenant, stored without bytes. */
export function storedFile(sql: Sql, tenantId: string, fields: Partial<FileObject> & { storageKey?: string } = {}) {
  const { storageKey = `${tenantId}/${"a".repeat(64)}`, ...changes } = fields;
  const file: FileObject = {
    id: newId("file"),
    object: "file",
    name: "ae.csv",
    bytes: 12,
    sha256: "a".repeat(64),
    media_type: "text/csv",
    kind: "table",
    created_at: "2026-01-02T03:04:05.678Z",
    profile: { name: null, label: null, row_count: 1, columns: [], more_tables: [] },
    ...changes,
  };
  return createFile(sql, { tenantId, file, storageKey });
}

/** Evidence that says `text`. */
export function passage(text: string): NewEvidence {
  return {
    tool: "documents_search",
    arguments: { query: text },
    query: text,
    content: { passage: 1, text, page: null, section: null },
    sources: [{ kind: "file", file_id: "file_1", file_sha256: "b", name: "p.pdf", page: 2, section: null, url: null }],
  };
}

export const report: Report = {
  title: "Serious adverse events",
  answer: "There were two [E1].",
  model: "test",
  findings: [],
  tables: [],
  charts: [],
  searched: [],
  partial: false,
  limitations: [],
  output: null,
  markdown: "# Serious adverse events",
};
