-- The backlog is in the record, and the queue holds no more than is about to run: dispatchers keep it filled, tenant by
-- tenant, in proportion to what each has used. A worker's hold on a job is in the record, too.
alter table research
  -- How often the job was put on the queue. It is a part of the entry's id, so that no entry is taken for a later one.
  add column dispatch integer not null default 0 check (dispatch >= 0),
  -- Null: it waits in the backlog.
  add column dispatched_at timestamptz(3),
  -- Its place in the line of its tenant; it is not dispatched before then. Not rounded to what may be the future.
  add column ready_at timestamptz not null default clock_timestamp(),
  -- Who runs it, or ran it last: since when, and what the job had used by then.
  add column worker_id text,
  add column claimed_at timestamptz(3),
  add column claimed_tokens bigint not null default 0;
-- What an earlier version runs has no worker, and is released by the first reconciler.
update research set dispatched_at = clock_timestamp() where status = 'running';

create index research_backlog on research (priority, tenant_id, ready_at, id)
  where status = 'queued' and dispatched_at is null;
create index research_in_flight on research (dispatched_at)
  where dispatched_at is not null and status in ('queued', 'running');
drop index research_unfinished;

-- A tenant's share of the workers, in proportion to its weight, and how much of it has been used.
create table tenants (
  id text primary key,
  weight double precision not null default 1 check (weight > 0 and weight < 'Infinity'),
  -- What it has cost so far, divided by its weight; moved on to where the others are when it comes back from idleness.
  virtual_time double precision not null default 0,
  -- What an attempt of its jobs costs lately, which is the guess for those that run.
  mean_cost double precision not null default 5 check (mean_cost >= 0),
  -- It had jobs waiting or running when last looked at.
  active boolean not null default false
);

-- What an attempt has cost, until a dispatcher adds it to its tenant: a row a job instead of one that all jobs of the
-- tenant would have to lock. Without any index, for all rows are read and removed at once.
create table share_charges (
  tenant_id text not null,
  cost double precision not null
);

-- A worker process lives as long as it renews its lease; the jobs of one that does not are given to others.
create table worker_processes (
  id text primary key,
  queues text[] not null,
  -- Research jobs that it takes at once; 0 while it stops, and where it serves other queues.
  concurrency integer not null check (concurrency >= 0),
  started_at timestamptz(3) not null default clock_timestamp(),
  seen_at timestamptz(3) not null default clock_timestamp(),
  alive_until timestamptz(3) not null,
  -- Since when its lease has not lapsed. Only one that was there itself may call another one dead.
  steady_since timestamptz(3) not null default clock_timestamp()
);

-- One row. A round of a dispatcher counts it on, so that of two at the same time one has to look again.
create table dispatch_state (
  id boolean primary key default true check (id),
  round bigint not null default 0,
  -- The least that any tenant at work has used of its share; where one that comes back from idleness starts.
  virtual_time double precision not null default 0
);
insert into dispatch_state default values;

alter table tenants enable row level security;
alter table share_charges enable row level security;
alter table worker_processes enable row level security;
alter table dispatch_state enable row level security;
