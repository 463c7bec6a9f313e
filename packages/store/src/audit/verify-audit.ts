import type { AuditSeal } from "@pharmadb/contracts";
import type { Row, Sql } from "../sql.ts";
import { toAuditEntry, toAuditSeal } from "./audit-row.ts";
import { FIRST_PREV_HASH, sealHash } from "./seal-hash.ts";

const PAGE = 1000;
/** Rows wait about a second for their place; one that waits this long has been forgotten, or nobody seals. */
const UNSEALED_AFTER_MS = 60_000;
/** Longer than the clock of the database steps back, or a transaction takes. */
const BACKDATED_AFTER_MS = 300_000;

/** Something that is wrong with the trail. */
export type AuditFault = {
  kind: "changed" | "missing" | "gap" | "broken_link" | "backdated" | "unsealed" | "cut_off" | "other_history";
  seq: number | null;
  audit_id: string | null;
  message: string;
};

/** An end of the chain that was kept elsewhere. */
export type KeptHead = Pick<AuditSeal, "seq" | "hash">;

export type AuditVerification = {
  /** How many places of the chain were checked. */
  checked: number;
  head: AuditSeal | null;
};

/**
 * Reads the whole trail and tells of each fault as it is found. Without a kept head it cannot know of rows that were
 * taken from the end, nor of a history that was written anew from its first row on.
 */
export async function verifyAudit(
  sql: Sql,
  { expected, onFault }: { expected: readonly KeptHead[]; onFault(fault: AuditFault): void },
): Promise<AuditVerification> {
  const wanted = new Map(expected.map(({ seq, hash }) => [seq, hash]));
  let checked = 0;
  let head: AuditSeal | null = null;
  let latestMs = 0;
  for await (const { seal, row } of readChain(sql)) {
    const about = { seq: seal.seq, audit_id: row.audit_id };
    const complain = (kind: AuditFault["kind"], message: string) => onFault({ kind, ...about, message });
    if (seal.seq !== (head?.seq ?? 0) + 1) complain("gap", `Place ${seal.seq} follows place ${head?.seq ?? 0}.`);
    else if (seal.prev_hash !== (head?.hash ?? FIRST_PREV_HASH)) {
      complain("broken_link", `Place ${seal.seq} does not continue from the place before it.`);
    }
    if (row.id === null) complain("missing", `The entry at place ${seal.seq} is gone.`);
    else {
      const entry = toAuditEntry(row);
      if (sealHash(entry, seal) !== seal.hash) {
        complain("changed", `The entry at place ${seal.seq} is not what was sealed, or its seal was changed.`);
      }
      const atMs = Date.parse(entry.at);
      if (atMs < latestMs - BACKDATED_AFTER_MS) {
        complain("backdated", `The entry at place ${seal.seq} is of ${entry.at}, long before those that precede it.`);
      }
      latestMs = Math.max(latestMs, atMs);
    }
    if (wanted.has(seal.seq) && wanted.get(seal.seq) !== seal.hash) {
      complain("other_history", `Place ${seal.seq} had another hash when it was kept: what leads there was rewritten.`);
    }
    head = seal;
    checked++;
  }
  for (const seq of wanted.keys()) {
    if (seq <= (head?.seq ?? 0)) continue;
    onFault({ kind: "cut_off", seq, audit_id: null, message: `The chain ends before the kept place ${seq}.` });
  }
  for (const fault of await findUnsealed(sql)) onFault(fault);
  return { checked, head };
}

type ChainRow = Row & { audit_id: string; id: string | null };

async function* readChain(sql: Sql): AsyncGenerator<{ seal: AuditSeal; row: ChainRow }> {
  for (let after = 0, rows: ChainRow[] | undefined; !rows || rows.length === PAGE; ) {
    rows = await sql.query<ChainRow>(
      `select * from audit_seals left join audit_log on audit_log.id = audit_id where seq > $1 order by seq limit ${PAGE}`,
      [after],
    );
    for (const row of rows) {
      const seal = toAuditSeal(row);
      yield { seal, row };
      after = seal.seq;
    }
  }
}

async function findUnsealed(sql: Sql): Promise<AuditFault[]> {
  const rows = await sql.query<{ id: string; at: Date }>(
    `select id, at from audit_log
     where not exists (select from audit_seals where audit_id = audit_log.id)
       and at < clock_timestamp() - $1::float8 * interval '1 millisecond'
     order by at, id limit ${PAGE}`,
    [UNSEALED_AFTER_MS],
  );
  return rows.map(({ id, at }) => ({
    kind: "unsealed" as const,
    seq: null,
    audit_id: id,
    message: `The entry of ${at.toISOString()} has no place in the chain.`,
  }));
}
