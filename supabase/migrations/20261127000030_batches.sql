-- Batches take their lines while the body streams in, become jobs in portions, and count those jobs without a row that
-- the end of every job would have to lock.
alter table batches
  drop constraint batches_status_check,
  drop constraint batches_check1,
  -- `receiving`: the body is still on its way. Nobody sees such a batch, and nothing of it runs.
  add constraint batches_status_check
    check (status in ('receiving', 'validating', 'running', 'completed', 'cancelled', 'failed')),
  add column queued integer not null default 0 check (queued >= 0),
  add column running integer not null default 0 check (running >= 0),
  add constraint batches_counts_check
    check (queued + running + completed + failed + cancelled + invalid = total),
  -- Jobs have been made of the valid lines up to this one, and of so many.
  add column fed_line integer not null default 0 check (fed_line >= 0),
  add column fed integer not null default 0 check (fed >= 0),
  -- Who takes the lines in, and when that was last heard of. What it reads starts after so many lines and bytes.
  add column owner text,
  add column heartbeat_at timestamptz(3),
  add column read_lines integer not null default 0 check (read_lines >= 0),
  add column read_bytes bigint not null default 0 check (read_bytes >= 0),
  add column expires_at timestamptz(3);

drop index batches_unfinished;
create index batches_unfinished on batches (id) where finished_at is null;
create index batches_expiring on batches (expires_at) where expires_at is not null;

alter table batch_items
  drop constraint batch_items_batch_id_custom_id_key,
  add column metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
  add column file_ids text[] not null default '{}',
  add column timeout_seconds integer check (timeout_seconds > 0);
-- A line that repeats an id keeps it, to be told by, and does not take it.
create unique index batch_items_by_custom_id on batch_items (batch_id, custom_id) where error is null;

-- The files that a batch needs; they cannot be deleted before it has ended.
create table batch_files (
  batch_id text collate "C" not null references batches (id) on delete cascade,
  file_id text collate "C" not null references files (id) on delete cascade,
  tenant_id text not null,
  primary key (batch_id, file_id)
);
create index batch_files_by_file on batch_files (file_id);

-- As for research: a key names one submission for 24 hours. Keys of batches and of single jobs are apart.
create table batch_idempotency_keys (
  tenant_id text not null,
  key text not null check (length(key) between 1 and 255),
  body_sha256 text not null,
  batch_id text collate "C" not null references batches (id) on delete cascade,
  expires_at timestamptz(3) not null,
  primary key (tenant_id, key)
);
create index batch_idempotency_keys_by_batch on batch_idempotency_keys (batch_id);
create index batch_idempotency_keys_expiring on batch_idempotency_keys (expires_at);

-- A job of the batch has left one state and entered another. These rows are only ever added by those who change jobs;
-- whoever tends the batch takes them away and adds them to its counts. The counts at any moment are the batch's own and
-- what these rows say. There is no foreign key, since its check would lock the row of the batch at each change.
create table batch_moves (
  batch_id text collate "C" not null,
  tenant_id text not null,
  left_status text not null,
  entered_status text not null
);
create index batch_moves_by_batch on batch_moves (batch_id);

-- As triggers, so that whatever statement changes a job, its batch counts it.
create function note_batch_move() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' then
    insert into public.batch_moves values (new.batch_id, new.tenant_id, old.status, new.status);
  else
    -- Not where the batch itself is deleted, which then is no longer there.
    insert into public.batch_moves
    select id, tenant_id, old.status, 'cancelled' from public.batches where id = old.batch_id;
  end if;
  return null;
end
$$;
create trigger research_moves_in_batch after update of status on research for each row
  when (new.batch_id is not null and old.status is distinct from new.status)
  execute function note_batch_move();
create trigger research_leaves_batch after delete on research for each row
  when (old.batch_id is not null and old.status in ('queued', 'running'))
  execute function note_batch_move();

create function forget_batch_moves() returns trigger language plpgsql as $$
begin
  delete from public.batch_moves where batch_id = old.id;
  return null;
end
$$;
create trigger batches_forget_moves after delete on batches for each row execute function forget_batch_moves();

-- The service's own, as all but the research itself.
alter table batch_files enable row level security;
alter table batch_idempotency_keys enable row level security;
alter table batch_moves enable row level security;
