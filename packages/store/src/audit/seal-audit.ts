import type { AuditSeal } from "@pharmadb/contracts";
import type { Row, Sql } from "../sql.ts";
import { toAuditEntry, toAuditSeal } from "./audit-row.ts";
import { FIRST_PREV_HASH, sealHash } from "./seal-hash.ts";

const LOCK_KEY = 5_206_313_902;
const MAX_ROWS = 1000;

/**
 * Puts entries into the chain that are not in it yet; gives their number. They are written without a place, for a
 * number that each submission had to take would be one row that all of them wait for.
 */
export type AuditSealer = { seal(): Promise<number> };

// A transaction may end after others that began later, so what is new is not all behind what was last seen. But what
// began before the oldest one under way has ended: it was seen, and is sealed, once a look has left nothing over.
const UNSEALED = `
  select horizon, now, unsealed.*
  from (
    select pg_snapshot_xmin(pg_current_snapshot())::text as horizon, clock_timestamp()::timestamptz(3) as now
  ) look
  left join lateral (
    select audit_log.* from audit_log
    where written_by >= $1::text::xid8 and not exists (select from audit_seals where audit_id = audit_log.id)
    order by at, id limit ${MAX_ROWS}
  ) unsealed on true`;

type UnsealedRow = Row & { horizon: string; now: Date; id: string | null };

/** Opens the sealing of the audit trail. Any number of processes may seal; they take turns. */
export function openAuditSealer(sql: Sql): AuditSealer {
  let floor = "0";
  return {
    async seal() {
      for (let sealed = 0; ; ) {
        const { count, horizon } = await sql.transaction((transaction) => sealSome(transaction, floor));
        // Not before the commit: should that fail, the next look goes back as far.
        floor = horizon ?? floor;
        sealed += count;
        if (count < MAX_ROWS) return sealed;
      }
    },
  };
}

async function sealSome(transaction: Sql, floor: string): Promise<{ count: number; horizon: string | null }> {
  const [lock] = await transaction.query<{ free: boolean }>("select pg_try_advisory_xact_lock($1) as free", [LOCK_KEY]);
  if (!lock?.free) return { count: 0, horizon: null };
  const looked = await transaction.query<UnsealedRow>(UNSEALED, [floor]);
  const rows = looked.filter(({ id }) => id !== null);
  if (rows.length > 0) await appendSeals(transaction, rows);
  return { count: rows.length, horizon: rows.length < MAX_ROWS ? (looked[0]?.horizon ?? null) : null };
}

async function appendSeals(transaction: Sql, rows: readonly UnsealedRow[]): Promise<void> {
  const head = await auditHead(transaction);
  let { seq, hash } = head ?? { seq: 0, hash: FIRST_PREV_HASH };
  const seals = rows.map((row) => {
    const place = { seq: ++seq, sealed_at: row.now.toISOString(), prev_hash: hash };
    hash = sealHash(toAuditEntry(row), place);
    return { ...place, audit_id: row.id, hash };
  });
  await transaction.query(
    `insert into audit_seals (seq, audit_id, sealed_at, prev_hash, hash)
     select seq, audit_id, sealed_at, prev_hash, hash from json_to_recordset($1::json) as given (
       seq bigint, audit_id text, sealed_at timestamptz, prev_hash text, hash text
     )`,
    [JSON.stringify(seals)],
  );
}

/** The end of the chain; null while it is empty. Whoever keeps it elsewhere can tell later whether the past has changed. */
export async function auditHead(sql: Sql): Promise<AuditSeal | null> {
  const [row] = await sql.query("select * from audit_seals order by seq desc limit 1");
  return row ? toAuditSeal(row) : null;
}
