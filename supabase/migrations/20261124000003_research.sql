-- Research jobs: the record. Every write by a worker names the attempt it belongs to; a newer claim fences it off.
create table research (
  id text collate "C" primary key,
  tenant_id text not null,
  batch_id text collate "C" references batches (id) on delete cascade,
  custom_id text,
  status text not null default 'queued'
    check (status in ('queued', 'running', 'completed', 'failed', 'cancelled')),
  priority text not null check (priority in ('interactive', 'batch')),
  -- json keeps the text as it was sent; jsonb would reorder keys and refuse some strings.
  request json not null,
  metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
  file_ids text[] not null default '{}',
  timeout_seconds integer check (timeout_seconds > 0),
  attempt integer not null default 0 check (attempt >= 0),
  -- Grows with each change of the row; the ETag.
  version integer not null default 1,
  event_seq integer not null default 0 check (event_seq >= 0),
  evidence_count integer not null default 0 check (evidence_count >= 0),
  progress json,
  report json,
  error json,
  -- Why the previous attempt was given back to the queue.
  last_error json,
  model_calls integer not null default 0,
  tool_calls integer not null default 0,
  input_tokens bigint not null default 0,
  output_tokens bigint not null default 0,
  cost_usd numeric not null default 0,
  created_at timestamptz(3) not null default clock_timestamp(),
  started_at timestamptz(3),
  finished_at timestamptz(3),
  expires_at timestamptz(3),
  cancel_requested_at timestamptz(3),
  check ((status in ('completed', 'failed', 'cancelled')) = (finished_at is not null)),
  check ((status = 'completed') = (report is not null)),
  check ((status = 'failed') = (error is not null)),
  check (status <> 'running' or attempt > 0)
);
create index research_by_tenant on research (tenant_id, id desc);
create index research_by_status on research (tenant_id, status, id desc);
create index research_by_batch on research (batch_id, id desc) where batch_id is not null;
create unique index research_by_custom_id on research (batch_id, custom_id) where batch_id is not null;
-- Most jobs have neither metadata nor files; these indices cost them nothing.
create index research_by_metadata on research using gin (metadata jsonb_path_ops) where metadata <> '{}';
create index research_unfinished on research (id) where status in ('queued', 'running');
create index research_using_file on research using gin (file_ids)
  where status in ('queued', 'running') and file_ids <> '{}';
create index research_expiring on research (expires_at) where expires_at is not null;

-- The log of a job. `seq` counts from 1 without gaps; `key` makes a replayed event change nothing.
create table research_events (
  research_id text collate "C" not null references research (id) on delete cascade,
  seq integer not null check (seq >= 1),
  tenant_id text not null,
  id text collate "C" not null,
  key text not null,
  type text not null,
  data json not null,
  at timestamptz(3) not null default clock_timestamp(),
  primary key (research_id, seq),
  unique (research_id, key)
);

-- The memory of a job: what each finished step gave, so that a restart does not repeat it.
create table journal_steps (
  research_id text collate "C" not null references research (id) on delete cascade,
  key text not null,
  tenant_id text not null,
  attempt integer not null,
  output json not null,
  saved_at timestamptz(3) not null default clock_timestamp(),
  primary key (research_id, key)
);

-- Numbered evidence. `n` counts from 1 without gaps; `step_key` is the journal step that found it.
create table evidence (
  research_id text collate "C" not null references research (id) on delete cascade,
  n integer not null check (n >= 1),
  tenant_id text not null,
  step_key text not null,
  tool text not null,
  arguments json not null,
  query text,
  content json not null,
  sources json not null,
  sha256 text not null,
  created_at timestamptz(3) not null default clock_timestamp(),
  primary key (research_id, n)
);

-- A key names one submission for 24 hours; an expired one may be used anew.
create table idempotency_keys (
  tenant_id text not null,
  key text not null check (length(key) between 1 and 255),
  body_sha256 text not null,
  research_id text collate "C" not null references research (id) on delete cascade,
  expires_at timestamptz(3) not null,
  primary key (tenant_id, key)
);
create index idempotency_keys_by_research on idempotency_keys (research_id);
create index idempotency_keys_expiring on idempotency_keys (expires_at);
