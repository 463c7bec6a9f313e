-- A user whose token does not let it read here reads nothing from the database itself either. Without scopes in it, a token
-- lets its user read; with some, one of them has to be `read` or `admin`, and none may be unknown, as for the API.
create function pharmadb_may_read() returns boolean
  language sql stable parallel safe set search_path = ''
  as $$
    select case
      when scopes is null or jsonb_typeof(scopes) = 'null' then true
      when jsonb_typeof(scopes) = 'array' then scopes <@ '["read", "write", "admin"]' and scopes ?| array['read', 'admin']
      else false
    end
    from (
      select (nullif(current_setting('request.jwt.claims', true), '')::json #> '{app_metadata,pharmadb_scopes}')::jsonb as scopes
    ) as claims
  $$;

alter policy own_tenant on research
  using (tenant_id = (select public.pharmadb_tenant()) and (select public.pharmadb_may_read()));
alter policy own_tenant on research_events
  using (tenant_id = (select public.pharmadb_tenant()) and (select public.pharmadb_may_read()));
alter policy own_tenant on evidence
  using (tenant_id = (select public.pharmadb_tenant()) and (select public.pharmadb_may_read()));

-- As before, and of our functions those that a visitor has no business with: Supabase grants each new one by name, which
-- taking it from `public` does not undo. And where there are visitors, with indexes for what they ask: a request for all
-- events that one may see would read those of every tenant. Elsewhere nobody asks so, and each event is written without them.
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
  internal constant text[] := array[
    'pharmadb_guard()', 'new_id(text)', 'wire_time(timestamptz)',
    'write_webhook_deliveries(text, text, text, text, timestamptz, json, text)'
  ];
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

  foreach visitor in array array['anon', 'authenticated'] loop
    continue when to_regrole(visitor) is null;
    foreach name in array internal loop
      execute format('revoke execute on function public.%s from %I', name, visitor);
    end loop;
  end loop;

  if to_regrole('authenticated') is not null then
    foreach name in array shown loop
      execute format('grant select on public.%I to authenticated', name);
    end loop;
    -- A visitor may ask for events and evidence without naming a job, as the service never does.
    create index if not exists research_events_by_tenant on public.research_events (tenant_id, research_id);
    create index if not exists evidence_by_tenant on public.evidence (tenant_id, research_id);
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
