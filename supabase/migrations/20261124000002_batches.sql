-- A batch and its lines. A line becomes a research job once it is found valid.
create table batches (
  id text collate "C" primary key,
  tenant_id text not null,
  status text not null default 'validating'
    check (status in ('validating', 'running', 'completed', 'cancelled', 'failed')),
  strict boolean not null default false,
  input_file_id text collate "C" references files (id) on delete set null,
  webhook json,
  metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
  total integer not null default 0 check (total >= 0),
  completed integer not null default 0 check (completed >= 0),
  failed integer not null default 0 check (failed >= 0),
  cancelled integer not null default 0 check (cancelled >= 0),
  invalid integer not null default 0 check (invalid >= 0),
  error json,
  version integer not null default 1,
  created_at timestamptz(3) not null default clock_timestamp(),
  cancel_requested_at timestamptz(3),
  finished_at timestamptz(3),
  check ((status in ('completed', 'cancelled', 'failed')) = (finished_at is not null)),
  check (completed + failed + cancelled + invalid <= total)
);
create index batches_by_tenant on batches (tenant_id, id desc);
create index batches_unfinished on batches (id) where status in ('validating', 'running');
create index batches_by_input_file on batches (input_file_id) where input_file_id is not null;

-- `line` counts from 1 in the order of submission. A line that cannot run has an error instead of a request.
create table batch_items (
  batch_id text collate "C" not null references batches (id) on delete cascade,
  line integer not null check (line >= 1),
  tenant_id text not null,
  custom_id text,
  request json,
  error json,
  primary key (batch_id, line),
  unique (batch_id, custom_id),
  check ((request is null) <> (error is null))
);
