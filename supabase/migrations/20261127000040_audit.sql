-- Who did what. A row is written together with what it tells of and never changes afterwards. It has no foreign keys:
-- it outlives what it tells of.
create table audit_log (
  id text collate "C" primary key,
  tenant_id text not null,
  actor_kind text not null check (actor_kind in ('api_key', 'user', 'local', 'operator', 'system')),
  actor_id text not null,
  action text not null,
  target_type text,
  target_id text,
  at timestamptz(3) not null default clock_timestamp(),
  request_id text,
  client_address text,
  -- Facts about what was done, never content.
  details json not null default '{}',
  -- The transaction that wrote the row: who seals looks only at those that may have ended since the last look.
  written_by xid8 not null default pg_current_xact_id(),
  check ((target_type is null) = (target_id is null))
);
create index audit_log_by_tenant on audit_log (tenant_id, at desc, id desc);
create index audit_log_by_transaction on audit_log (written_by);

-- The chain over these rows. `seq` counts from 1 without gaps; each hash covers its row and the hash before.
create table audit_seals (
  seq bigint primary key check (seq >= 1),
  audit_id text collate "C" not null unique,
  sealed_at timestamptz(3) not null,
  prev_hash text not null check (prev_hash ~ '^[0-9a-f]{64}$'),
  hash text not null check (hash ~ '^[0-9a-f]{64}$')
);

create function refuse_audit_change() returns trigger language plpgsql as $$
begin
  raise exception 'The audit trail is only added to: % on % is refused.', tg_op, tg_table_name
    using errcode = 'insufficient_privilege';
end
$$;
create trigger audit_log_only_grows before update or delete or truncate on audit_log
  for each statement execute function refuse_audit_change();
create trigger audit_seals_only_grow before update or delete or truncate on audit_seals
  for each statement execute function refuse_audit_change();

-- The service's own. What a tenant sees of it, its admin keys read over the API.
alter table audit_log enable row level security;
alter table audit_seals enable row level security;
