-- Questions that are asked again and again. When a schedule comes next is in its row; the queue only wakes a worker at
-- that time, who puts `next_run_at` on in the transaction that makes the job.
create table schedules (
  id text collate "C" primary key,
  tenant_id text not null,
  cron text not null,
  timezone text not null,
  -- As for research: json keeps what jsonb would refuse.
  request json not null,
  file_ids text[] not null default '{}',
  webhook_url text,
  notify text not null check (notify in ('always', 'on_change')),
  paused_at timestamptz(3),
  next_run_at timestamptz,
  created_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp(),
  check ((paused_at is null) = (next_run_at is not null))
);
create index schedules_by_tenant on schedules (tenant_id, id desc);
create index schedules_due on schedules (next_run_at) where next_run_at is not null;
create index schedules_by_file on schedules using gin (file_ids) where file_ids <> '{}';

alter table research add column schedule_id text collate "C" references schedules (id) on delete set null;
create index research_by_schedule on research (schedule_id, id desc) where schedule_id is not null;

-- What came of each time: a job, or the reason why there is none. It goes with its job, since `changes` quote reports.
create table schedule_runs (
  id text collate "C" primary key,
  schedule_id text collate "C" not null references schedules (id) on delete cascade,
  tenant_id text not null,
  due_at timestamptz(3) not null,
  created_at timestamptz(3) not null default clock_timestamp(),
  research_id text collate "C" unique references research (id) on delete cascade,
  skipped text check (skipped in ('previous_unfinished', 'queue_full', 'files_missing')),
  -- Against the run before that was completed; null where there is none. The database's JSON functions cannot read all
  -- that a report may hold (U+0000), so what they need to know is beside it.
  changes json,
  changed boolean,
  check ((research_id is null) = (skipped is not null)),
  check ((changes is null) = (changed is null))
);
create index schedule_runs_by_schedule on schedule_runs (schedule_id, id desc);
create index schedule_runs_skipped on schedule_runs (created_at) where research_id is null;

-- As before, and of a run of a schedule also what has changed. Where its owner wants to hear of changes only, a report
-- that says what the one before said is not told of; a first report is, and so is every other end.
create or replace function tell_of_research() returns trigger
  language plpgsql
  as $$
declare
  wanted text;
  changes json;
  changed boolean;
begin
  if new.webhook_url is not null or exists (
    select from public.webhook_endpoints where tenant_id = new.tenant_id and disabled_at is null
  ) then
    if new.schedule_id is not null then
      select schedules.notify, run.changes, run.changed into wanted, changes, changed
      from public.schedule_runs as run join public.schedules on schedules.id = run.schedule_id
      where run.research_id = new.id;
      if wanted = 'on_change' and new.status = 'completed' and not changed then
        return null;
      end if;
    end if;
    perform public.write_webhook_deliveries(
      new.tenant_id, new.id, null, 'research.' || new.status, new.finished_at,
      json_build_object(
        'id', new.id, 'object', 'research', 'status', new.status,
        'batch_id', new.batch_id, 'custom_id', new.custom_id,
        'schedule_id', new.schedule_id, 'changes', case when new.status = 'completed' then changes end,
        'metadata', new.metadata,
        'created_at', public.wire_time(new.created_at), 'finished_at', public.wire_time(new.finished_at), 'error', new.error,
        'links', json_build_object(
          'self', '/api/v1/research/' || new.id, 'report', '/api/v1/research/' || new.id || '/report'
        )
      ),
      new.webhook_url
    );
  end if;
  return null;
end
$$;

-- The queue sees to it that one process does a piece of maintenance.
drop table maintenance_passes;

-- As before, with the tables that have come since, and without the one that has gone.
create or replace function pharmadb_guard() returns void
  language plpgsql set search_path = ''
  as $$
declare
  hidden constant text[] := array[
    'schema_migrations', 'files', 'batches', 'batch_items', 'batch_files', 'batch_moves', 'batch_idempotency_keys',
    'journal_steps', 'idempotency_keys',
    'webhook_endpoints', 'webhook_secrets', 'webhook_deliveries', 'webhook_endpoint_events', 'webhook_attempts',
    'api_keys', 'schedules', 'schedule_runs',
    'tenants', 'share_charges', 'worker_processes', 'dispatch_state',
    'audit_log', 'audit_seals', 'arriving_files', 'leaving_bytes'
  ];
  shown constant text[] := array['research', 'research_events', 'evidence'];
  published constant text[] := array['research', 'research_events'];
  visitor text;
  name text;
begin
  foreach name in array hidden || shown loop
    execute format('alter table public.%I enable row level security', name);
    -- Supabase grants these two everything on each new table, and `truncate` asks no policy.
    foreach visitor in array array['anon', 'authenticated'] loop
      continue when to_regrole(visitor) is null;
      execute format('revoke all on public.%I from %I', name, visitor);
    end loop;
  end loop;

  if to_regrole('authenticated') is not null then
    foreach name in array shown loop
      execute format('grant select on public.%I to authenticated', name);
    end loop;
  end if;

  begin
    if exists (select from pg_catalog.pg_publication where pubname = 'supabase_realtime' and not puballtables) then
      foreach name in array published loop
        continue when exists (
          select from pg_catalog.pg_publication_tables as p
          where p.pubname = 'supabase_realtime' and p.schemaname = 'public' and p.tablename = name
        );
        execute format('alter publication supabase_realtime add table public.%I', name);
      end loop;
    end if;
  exception
    when insufficient_privilege then
      raise warning 'The publication supabase_realtime has another owner, who has to add research and research_events to it.';
  end;
end
$$;

select pharmadb_guard();
